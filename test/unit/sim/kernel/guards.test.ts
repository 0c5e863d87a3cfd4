import childProcess from 'node:child_process';
import nodeCrypto from 'node:crypto';
import dns from 'node:dns';
import fs, { readFile } from 'node:fs';
import fsPromises, { readFile as readFilePromise } from 'node:fs/promises';
import http from 'node:http';
import net, { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { MessageChannel as NodeMessageChannel, Worker } from 'node:worker_threads';
import zlib from 'node:zlib';
import { expect, test } from 'vitest';
import type { EscapeError } from '../../../../sim/kernel/escape-error.js';
import { inProcess, runWorld } from '../../../support/run-world.js';

const here = fileURLToPath(import.meta.url);
const ignore = (): void => undefined;

const escapes: readonly (readonly [string, string, () => unknown])[] = [
  ['fs/promises.readFile', 'synchronous fs', () => readFilePromise(here)],
  ['fs/promises.copyFile', 'synchronous fs', () => fs.promises.copyFile(here, here)],
  ['fs.readFile', 'synchronous fs', () => readFile(here, ignore)],
  ['fs.copyFile', 'synchronous fs', () => fs.copyFile(here, here, ignore)],
  ['fs.createReadStream', 'synchronous fs', () => fs.createReadStream(here)],
  ['net.createServer', 'ports that the context gives', () => createServer()],
  ['net.connect', 'ports that the context gives', () => net.connect(1)],
  ['net.Socket.connect', 'ports that the context gives', () => new net.Socket().connect(1)],
  ['http.get', 'ports that the context gives', () => http.get('http://127.0.0.1:1')],
  ['http.request', 'ports that the context gives', () => http.request('http://127.0.0.1:1')],
  ['dns.lookup', 'name a simulated server', () => dns.lookup('localhost', ignore)],
  ['dns.Resolver', 'name a simulated server', () => new dns.Resolver()],
  ['dns/promises.Resolver', 'name a simulated server', () => new dns.promises.Resolver()],
  ['worker_threads.Worker', 'a simulated process of its own', () => new Worker('')],
  ['worker_threads.MessageChannel', 'a simulated process of its own', () => new NodeMessageChannel()],
  ['child_process.spawn', 'a simulated process of its own', () => childProcess.spawn('true')],
  ['child_process.execSync', 'a simulated process of its own', () => childProcess.execSync('true')],
  ['child_process.exec', 'a simulated process of its own', () => childProcess.exec('true')],
  ['crypto.pbkdf2', 'use the Sync form', () => nodeCrypto.pbkdf2('', '', 1, 1, 'sha1', ignore)],
  ['crypto.generateKeyPairSync', 'make keys outside of the run', () => nodeCrypto.generateKeyPairSync('ed25519')],
  ['crypto.subtle.digest', 'synchronous functions of node:crypto', () => crypto.subtle.digest('SHA-256', new Uint8Array(1))],
  ['crypto.subtle.deriveBits', 'synchronous functions of node:crypto', () => crypto.subtle.deriveBits('HKDF', {} as never, 8)],
  ['zlib.gzip', 'use the Sync form', () => zlib.gzip('', ignore)],
  ['fetch', 'ports that the context gives', () => fetch('http://127.0.0.1:1')],
  ['MessageChannel', 'use a promise', () => new MessageChannel()],
  ['BroadcastChannel', 'send through a simulated server', () => new BroadcastChannel('a')],
];

test.each(escapes)('%s in a simulated process is an error that names it, the place and the way out (%s)', async (name, cure, escape) => {
  // The code under test swallows it, as much code does; the run must not go on as if nothing were.
  const { end } = await runWorld((world) => {
    world
      .process('p', () => {
        try {
          escape();
        } catch {
          return;
        }
      })
      .start();
  });
  const error = end.kind === 'failed' ? (end.error as EscapeError) : null;
  expect(error).toMatchObject({ name: 'EscapeError', code: 'HOLDFAST_ESCAPE' });
  const line = Number(new RegExp(`^${name.replaceAll('.', '\\.')} leaves the simulation at ${here}:(\\d+); .*${cure}`).exec(error?.message ?? '')?.[1]);
  // The place is the line of the table above on which the escape is written.
  expect(fs.readFileSync(here, 'utf8').split('\n')[line - 1]).toContain(`['${name}', `);
});

test('an escape that the code under test does not catch ends the run', async () => {
  await expect(
    inProcess(async () => {
      await Promise.resolve();
      await readFilePromise(here);
    }),
  ).rejects.toThrow('fs/promises.readFile leaves the simulation');
});

test('what works at once is allowed', async () => {
  const seen = await inProcess(() => [
    fs.readFileSync(here, 'utf8').length > 0,
    zlib.gunzipSync(zlib.gzipSync('text')).toString(),
    nodeCrypto.createHash('sha1').update('').digest('hex').slice(0, 4),
    structuredClone({ a: 1 }),
  ]);
  expect(seen).toEqual([true, 'text', 'da39', { a: 1 }]);
});

test('outside of a run they all work, also right after one', async () => {
  await inProcess(ignore);
  expect((await readFilePromise(here)).length).toBe((await promisify(readFile)(here)).length);
  expect((await fsPromises.stat(here)).isFile()).toBe(true);
  expect((await promisify(zlib.gzip)('')).length).toBeGreaterThan(0);
  expect((await crypto.subtle.digest('SHA-256', new Uint8Array(1))).byteLength).toBe(32);
  expect((await promisify(childProcess.execFile)(process.execPath, ['--version'])).stdout).toBe(`${process.version}\n`);
  const { port1, port2 } = new MessageChannel();
  port1.close();
  port2.close();

  const server = http.createServer((_, response) => response.end('answer'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as net.AddressInfo).port}`;
  expect(await (await fetch(url)).text()).toBe('answer');
  expect(await new Promise((resolve) => http.get(url, (response) => resolve(response.resume().statusCode)))).toBe(200);
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
});
