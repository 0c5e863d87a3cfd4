import { Client } from 'pg';
import pico from 'picocolors';
import { expect, test } from 'vitest';
import { runCommand } from '../../../../sim/cli/run-command.js';
import { servePostgresEngine } from '../../../../sim/wire/postgres/serve-postgres-engine.js';
import { pgPort } from '../../../../src/bindings/pg-postgres.js';
import { createPostgresSchema } from '../../../../src/inventory/postgres-schema.js';

async function run(...args: string[]): Promise<{ readonly code: number; readonly printed: string; readonly complaints: readonly string[] }> {
  const printed: string[] = [];
  const complaints: string[] = [];
  const code = await runCommand(args, {
    colours: pico.createColors(false),
    columns: 80,
    progress: process.stderr,
    print: (text) => void printed.push(text),
    complain: (line) => void complaints.push(line),
    keepOutputClean: () => undefined,
    flush: async () => undefined,
  });
  return { code, printed: printed.join('\n'), complaints };
}

test('what it prints makes the tables, on a PostgreSQL, in one go', async () => {
  const { code, printed } = await run('schema', 'postgres');
  expect(code).toBe(0);
  const server = await servePostgresEngine({ port: 0 });
  const client = () => new Client({ host: '127.0.0.1', port: server.port, user: 'postgres', password: 'none', database: 'postgres' });
  const psql = client();
  await psql.connect();
  await psql.query(printed);
  await psql.end();
  const postgres = pgPort(client);
  expect(await createPostgresSchema({ postgres })).toEqual({ status: 'ready', version: 1, was: 1 });
  postgres.close();
  await server.close();
});

test('the prefix goes before every name', async () => {
  const { printed } = await run('schema', 'postgres', '--prefix', 'shop.locks');
  expect(printed).toContain('CREATE TABLE shop.locks_leases (');
  expect(printed).not.toContain('holdfast_');
});

test.each([
  [['schema', 'postgres', '--prefix', 'No-Name'], /^holdfast: --prefix must be a name of at most 24 small letters.*; got "No-Name"$/],
  [['schema', 'postgre'], /^holdfast: there is no schema "postgre" \(did you mean postgres\?\); there is postgres$/],
  [['schema'], /^holdfast: missing required argument 'store'/],
])('%j is one line on standard error and exit code 2', async (args, message) => {
  expect(await run(...args)).toEqual({ code: 2, printed: '', complaints: [expect.stringMatching(message)] });
});
