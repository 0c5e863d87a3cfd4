import dgram from 'node:dgram';
import dns from 'node:dns';
import fs from 'node:fs';
import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';
import { fileURLToPath } from 'node:url';
import zlib from 'node:zlib';
import { expect, test } from 'vitest';
import { failure } from '../../../support/node-world.js';

const here = fileURLToPath(import.meta.url);
const ignore = (): void => undefined;

const still: readonly (readonly [string, RegExp, () => unknown])[] = [
  ['tls.connect', /TLS is not simulated/, () => tls.connect(1)],
  ['https.get', /TLS is not simulated/, () => https.get('https://shop')],
  ['fetch of https:', /TLS is not simulated/, () => fetch('https://shop').catch(ignore)],
  ['dgram.createSocket', /UDP is not simulated/, () => dgram.createSocket('udp4')],
  ['dns.resolve', /name a simulated server/, () => dns.resolve('shop', ignore)],
  ['fs.readFile', /synchronous fs/, () => fs.readFile(here, ignore)],
  ['fs/promises.readFile', /synchronous fs/, () => fs.promises.readFile('package.json').catch(ignore)],
  ['a socket with a path', /listen on a port, and connect/, () => net.connect('/tmp/socket')],
  ['a server on a path', /listen on a port/, () => net.createServer().listen('/tmp/socket')],
  ['a zlib stream', /Sync form/, () => zlib.createGzip().end('text')],
  ['process.kill of another process', /crash a simulated process/, () => process.kill(4711)],
];

test.each(still)('%s has no simulated form, and says what to do', async (name, cure, escape) => {
  const error = await failure({ client: escape });
  expect(error).toMatchObject({ name: 'EscapeError', code: 'HOLDFAST_ESCAPE' });
  expect(error.message).toMatch(new RegExp(`^${name}.* leaves the simulation at ${here}:\\d+; `));
  expect(error.message).toMatch(cure);
});
