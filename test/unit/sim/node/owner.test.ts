import http from 'node:http';
import net from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Incarnation } from '../../../../sim/kernel/process.js';
import { failure, runNode } from '../../../support/node-world.js';

const here = fileURLToPath(import.meta.url);

test('a real socket, and a real server, cannot be used in a run', async () => {
  const server = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const socket = net.connect((server.address() as net.AddressInfo).port, '127.0.0.1');
  await new Promise((resolve) => socket.once('connect', resolve));
  for (const use of [() => socket.write('x'), () => socket.setTimeout(1), () => server.close(), () => server.listen(1)]) {
    const { message } = await failure({ client: use });
    expect(message).toMatch(
      new RegExp(`^a (socket|server) created outside of the simulation leaves the simulation at ${here}:\\d+; create it inside the process$`),
    );
  }
  socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

test('a simulated socket of another process, of an earlier life, or of an earlier run cannot be used', async () => {
  let kept: net.Socket | undefined;
  const server = (): void => void net.createServer().listen(7000);
  const opens = (): void => void (kept = net.connect(7000, 'server'));
  const uses = async (): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, 10));
    kept?.write('x');
  };
  expect((await failure({ server, opens, uses })).message).toMatch(
    /^a socket that process opens made, used by process uses, leaves the simulation at .*; a socket is not shared/,
  );

  kept = undefined;
  const lives = (own: Incarnation): unknown => (own.epoch === 1 ? opens() : uses());
  const { end } = await runNode({ server, lives }, ({ world }) => {
    world.at(5_000, 'restart', () => {
      world.processes[1]?.crash();
      world.processes[1]?.start();
    });
  });
  expect(end).toMatchObject({
    kind: 'failed',
    error: { message: expect.stringMatching(/process lives in an earlier life made, used by process lives,/) as string },
  });

  await runNode({ server, opens });
  expect((await failure({ uses })).message).toMatch(/process opens of an earlier run made, used by process uses,/);
});

test('a server that a module keeps is told when a later life listens with it', async () => {
  const kept = http.createServer();
  const listens = (): void => void kept.listen(80);
  expect((await runNode({ listens })).end).toEqual({ kind: 'idle' });
  expect((await failure({ listens })).message).toMatch(/^a server that process listens of an earlier run made/);
});

test('after a run its sockets are inert: closing them does nothing, writing fails', async () => {
  let kept: net.Socket | undefined;
  await runNode({ server: () => void net.createServer().listen(7000), client: () => void (kept = net.connect(7000, 'server')) });
  const error = await new Promise<NodeJS.ErrnoException>((resolve) => void kept?.on('error', resolve).write('x'));
  expect(error.code).toBe('EPIPE');
  expect(kept?.destroyed).toBe(true);
});

test('a timer that was set outside of the run cannot be set again in it', async () => {
  const timer = setTimeout(() => undefined, 1_000_000);
  const { message } = await failure({ client: () => timer.refresh() });
  clearTimeout(timer);
  expect(message).toMatch(new RegExp(`^a timer created outside of the simulation leaves the simulation at ${here}:\\d+; set it inside the process$`));
});
