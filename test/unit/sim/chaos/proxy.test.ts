import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ProxyLink, type LinkRule } from '../../../../sim/chaos/proxy.js';

/** What the server got, from all connections, in order. */
let received = '';
let server: Server;
let link: ProxyLink;
let port: number;
const sockets = new Set<Socket>();

/** A server on loopback that answers each piece with itself in capitals. */
beforeEach(async () => {
  received = '';
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      received += bytes.toString();
      socket.write(bytes.toString().toUpperCase());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  link = new ProxyLink('c1', 'echo', (server.address() as AddressInfo).port);
  port = await link.listen();
});

afterEach(() => {
  link.close();
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  server.close();
});

async function client(): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  sockets.add(socket);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

async function ask(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  const [bytes] = (await once(socket, 'data')) as [Buffer];
  return bytes.toString();
}

/** A rule that counts how often it mattered. */
function counting(rule: Omit<LinkRule, 'effective'>): LinkRule & { count: number } {
  const counted = { ...rule, count: 0, effective: () => void (counted.count += 1) };
  return counted;
}

/** Until it is so; the suite's own time limit is the end of patience. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
}

/** A reset is no failure here, so `once`, which rejects for it, will not do. */
const gone = (socket: Socket): Promise<void> => new Promise((resolve) => (socket.closed ? resolve() : socket.once('close', () => resolve())));

test('without a rule, bytes and ends pass both ways', async () => {
  const socket = await client();
  expect(await ask(socket, 'hello')).toBe('HELLO');
  socket.end();
  await gone(socket);
  await until(() => link.connections.size === 0);
});

test('delayed pieces arrive later and in order, and each counts', async () => {
  let first = true;
  const rule = counting({
    onChunk: ({ direction }) => {
      if (direction === 'reply') return null;
      const ms = first ? 30 : 1;
      first = false;
      return { act: 'delay', ms };
    },
  });
  link.impose(rule);
  const socket = await client();
  socket.write('a');
  await until(() => rule.count === 1);
  socket.write('b');
  await until(() => received.length === 2);
  expect(received).toBe('ab');
  expect(rule.count).toBe(2);
});

test('what is held in one direction moves on when the rule is lifted; the other direction works', async () => {
  const socket = await client();
  expect(await ask(socket, 'x')).toBe('X');
  const rule = counting({ holds: ({ direction }) => direction === 'reply' });
  const lift = link.impose(rule);
  socket.write('y');
  await until(() => received === 'xy' && rule.count > 0);
  expect(socket.bytesRead).toBe(1);
  const answer = once(socket, 'data');
  lift();
  expect(String((await answer)[0])).toBe('Y');
});

test('a request that is held arrives though its sender has closed the connection meanwhile', async () => {
  const rule = counting({ holds: ({ direction }) => direction === 'request' });
  const lift = link.impose(rule);
  const socket = await client();
  socket.end('late');
  await until(() => rule.count > 0);
  socket.destroy();
  await gone(socket);
  expect(received).toBe('');
  lift();
  await until(() => received === 'late');
  await until(() => link.connections.size === 0);
});

test('a stall holds old connections and lets new ones through', async () => {
  const old = await client();
  expect(await ask(old, 'a')).toBe('A');
  const stalled = new Set(link.connections);
  link.impose(counting({ holds: ({ connection }) => stalled.has(connection) }));
  old.write('b');
  expect(await ask(await client(), 'c')).toBe('C');
  expect(received).toBe('ac');
});

test.each(['reset', 'silence'] as const)('a lost reply: the effect stays, then %s', async (then) => {
  const rule = counting({ onChunk: ({ direction }) => (direction === 'reply' ? { act: 'lose', then } : null) });
  const lift = link.impose(rule);
  const socket = await client();
  socket.write('take');
  await until(() => rule.count === 1);
  expect(received).toBe('take');
  if (then === 'silence') {
    // The stream has a hole: nothing may follow it, though the requests still have their effect.
    socket.write('more');
    await until(() => received === 'takemore');
    expect(socket.destroyed).toBe(false);
    lift();
  }
  await gone(socket);
  expect(socket.bytesRead).toBe(0);
  expect(rule.count).toBe(1);
});

test('a reset cuts both sides', async () => {
  link.impose(counting({ onChunk: () => ({ act: 'reset' }) }));
  const socket = await client();
  socket.write('x');
  await gone(socket);
  await until(() => link.connections.size === 0);
  expect(received).toBe('');
});

test('a server that is down ends the connection of who comes', async () => {
  server.close();
  const socket = await client();
  socket.resume();
  await once(socket, 'end');
});
