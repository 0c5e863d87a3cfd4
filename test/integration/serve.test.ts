import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { expect, test } from 'vitest';
import { RawConnection } from '../support/raw-connection.js';
import { runHoldfast } from '../support/run-holdfast.js';

const main = fileURLToPath(new URL('../../sim/cli/main.ts', import.meta.url));

interface Served {
  readonly child: ChildProcessByStdio<null, Readable, null>;
  readonly port: number;
  readonly line: string;
}

async function serve(what: string): Promise<Served> {
  const child = spawn(process.execPath, ['--conditions=source', '--import', 'tsx/esm', main, 'serve', what, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
  const line = chunk.toString();
  return { child, line, port: Number(/:(\d+)[ /]/.exec(line)?.[1]) };
}

test.each(['SIGINT', 'SIGTERM'] as const)('`holdfast serve redis` answers until %s, whoever is connected', async (signal) => {
  const { child, line, port } = await serve('redis');
  expect(line).toMatch(/^simulated Redis on redis:\/\/127\.0\.0\.1:\d+ \(Ctrl-C ends it\)\n$/);
  const connection = await RawConnection.open(port);
  connection.send('SET a 1\r\nGET a\r\n');
  expect(await connection.until('1\r\n')).toBe('+OK\r\n$1\r\n1\r\n');
  const taken = await runHoldfast(['serve', 'redis', '--port', String(port)]);
  expect(taken).toEqual({ code: 2, stdout: '', stderr: `holdfast: port ${port} is in use; choose another with --port, or any that is free with --port 0\n` });
  const ended = once(child, 'exit');
  child.kill(signal);
  expect(await ended).toEqual([0, null]);
  expect(await connection.until('the end')).toBe('<closed>');
  const late = connect(port, '127.0.0.1');
  expect(await once(late, 'error')).toMatchObject([{ code: 'ECONNREFUSED' }]);
});

test('`holdfast serve postgres` prints a URL with which `pg` gets on, until SIGTERM', async () => {
  const { child, line, port } = await serve('postgres');
  const [, url] = /^simulated PostgreSQL on (postgres:\/\/postgres@127\.0\.0\.1:\d+\/postgres) \(Ctrl-C ends it\)\n$/.exec(line) ?? [];
  const client = new pg.Client({ connectionString: url ?? line });
  const isCut = once(client, 'error');
  await client.connect();
  await client.query('CREATE TABLE stock (sku text PRIMARY KEY, quantity integer NOT NULL)');
  expect((await client.query("INSERT INTO stock VALUES ('mug', 3) RETURNING quantity")).rows).toEqual([{ quantity: 3 }]);
  expect((await client.query<{ now: Date }>('SELECT now()')).rows[0]?.now).toBeInstanceOf(Date);
  const taken = await runHoldfast(['serve', 'postgres', '--port', String(port)]);
  expect(taken).toEqual({ code: 2, stdout: '', stderr: `holdfast: port ${port} is in use; choose another with --port, or any that is free with --port 0\n` });
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  await isCut;
});
