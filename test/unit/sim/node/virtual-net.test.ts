import net, { type AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { Rule } from '../../../../sim/network-rules.js';
import { hostAddress } from '../../../../sim/node/node-hosts.js';
import { asClient, runNode } from '../../../support/node-world.js';

const closed = (socket: net.Socket): Promise<{ events: string[] }> =>
  new Promise((resolve) => {
    const events: string[] = [];
    socket.on('error', (error: NodeJS.ErrnoException) => events.push(`${error.message} (${error.code} ${error.errno})`));
    for (const name of ['connect', 'end'] as const) socket.on(name, () => events.push(name));
    socket.on('data', (chunk) => events.push(chunk.toString()));
    socket.on('close', () => {
      events.push('close');
      resolve({ events });
    });
  });

/** Answers each piece with itself. */
const echo = (): void => void net.createServer((socket) => void socket.on('error', () => undefined).pipe(socket)).listen(7000);

const held = (act: 'delay' | 'reset', part: 'open' | 'data'): Rule => ({
  judge: (passage) => (passage.part !== part || passage.isReply ? null : act === 'delay' ? { act, microseconds: 1_000_000 } : { act }),
  effective: () => undefined,
});

describe('what becomes of a connection', () => {
  test('when its server crashes: it ends', async () => {
    const { events } = await asClient(
      () => closed(net.connect(7000, 'server').setEncoding('utf8')),
      { server: echo },
      ({ world }) => {
        world.at(5_000, 'crash', () => world.processes[0]?.crash());
      },
    );
    expect(events).toEqual(['connect', 'end', 'close']);
  });

  test('when its client crashes: it ends for the server, and nothing more is heard of it in the client', async () => {
    const seen: string[] = [];
    const { end } = await runNode(
      {
        server: () =>
          void net
            .createServer((socket) => {
              for (const name of ['end', 'close'] as const) socket.on(name, () => seen.push(`server ${name}`));
              socket.resume();
            })
            .listen(7000),
        client: () => {
          const socket = net.connect(7000, 'server');
          for (const name of ['end', 'close', 'error'] as const) socket.on(name, () => seen.push(`client ${name}`));
        },
      },
      ({ world }) => void world.at(5_000, 'crash', () => world.processes[1]?.crash()),
    );
    expect(end).toEqual({ kind: 'idle' });
    expect(seen).toEqual(['server end', 'server close']);
  });

  test('when a rule of the network resets it: ECONNRESET, as read', async () => {
    const talk = (): Promise<{ events: string[] }> => {
      const socket = net.connect(7000, 'server');
      socket.write('hello');
      return closed(socket);
    };
    const { events } = await asClient(talk, { server: echo }, ({ network }) => network.rules.push(held('reset', 'data')));
    expect(events).toEqual(['connect', 'read ECONNRESET (ECONNRESET -104)', 'close']);
  });

  test('when a rule resets its opening: it is refused, as the kernel of a client has it', async () => {
    const { events } = await asClient(
      () => closed(net.connect(7000, 'server')),
      { server: echo },
      ({ network }) => network.rules.push(held('reset', 'open')),
    );
    expect(events).toEqual([`connect ECONNREFUSED ${hostAddress(0)}:7000 (ECONNREFUSED -111)`, 'close']);
  });

  test('when its process was never started: it is refused', async () => {
    const { events } = await asClient(
      () => closed(net.connect(7000, 'down')),
      {},
      ({ world }) => void world.process('down', echo),
    );
    expect(events).toEqual([`connect ECONNREFUSED ${hostAddress(1)}:7000 (ECONNREFUSED -111)`, 'close']);
  });

  test('when there is no such host, by name and by address', async () => {
    const events = await asClient(async () => [(await closed(net.connect(1, 'nowhere'))).events, (await closed(net.connect(1, hostAddress(8)))).events]);
    expect(events).toEqual([
      ['getaddrinfo ENOTFOUND nowhere (ENOTFOUND -3008)', 'close'],
      [`connect EHOSTUNREACH ${hostAddress(8)}:1 (EHOSTUNREACH -113)`, 'close'],
    ]);
  });
});

test('a connection takes a round trip, and time-outs go by the virtual clock', async () => {
  const seen = await asClient(
    async (own) => {
      const times: number[] = [];
      const socket = net.connect(7000, 'server');
      await new Promise((resolve) => socket.once('connect', resolve));
      times.push(own.world.now);
      socket.setTimeout(500_000);
      await new Promise((resolve) => socket.once('timeout', resolve));
      times.push(own.world.now);
      socket.destroy();
      return times;
    },
    { server: echo },
  );
  const [connected = 0, timedOut = 0] = seen;
  expect(connected >= 200 && connected <= 1_000).toBe(true);
  expect(timedOut - connected).toBe(500_000_000);
});

test('a time-out counts from what happened last, and comes again when something happened after it', async () => {
  const times = await asClient(
    async (own) => {
      const times: number[] = [];
      const socket = net.connect(7000, 'server').setTimeout(100);
      socket.on('timeout', () => times.push(Math.floor(own.world.now / 1000)));
      for (const pause of [60, 60, 60, 300]) {
        socket.write('x');
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
      socket.write('x');
      await new Promise((resolve) => setTimeout(resolve, 300));
      socket.destroy();
      return times;
    },
    { server: echo },
  );
  expect(times).toEqual([280, 580]);
});

test('what was sent does not change when the sender uses its buffer again', async () => {
  const { events } = await asClient(
    () => {
      const socket = net.connect(7000, 'server').setEncoding('utf8');
      const buffer = Buffer.from('first');
      socket.on('connect', () => {
        socket.write(buffer);
        buffer.write('later');
        socket.end();
      });
      return closed(socket);
    },
    { server: echo },
  );
  expect(events).toEqual(['connect', 'first', 'end', 'close']);
});

describe('a process is reached', () => {
  const dial = async (host: string): Promise<string> => (await closed(net.connect(7000, host))).events[0] ?? '';

  test('by its name in any case, by its address, and by localhost where nobody else listens there', async () => {
    const hosts = ['server', 'SERVER', hostAddress(0), `::ffff:${hostAddress(0)}`, 'localhost', '127.0.0.1', '::1'];
    const seen = await asClient(() => Promise.all(hosts.map(dial)), {
      server: () => void net.createServer((socket) => socket.end()).listen(7000),
    });
    expect(seen).toEqual(hosts.map(() => 'connect'));
  });

  test('by localhost: the own listener before any other, and none of several others, also when one of them is down', async () => {
    const greeter = (text: string) => (): void => void net.createServer((socket) => socket.end(text)).listen(7000);
    const greeting = async (): Promise<string> => (await closed(net.connect(7000, 'localhost'))).events.slice(0, 2).join();
    const own = await asClient(
      async () => {
        greeter('own')();
        return greeting();
      },
      { other: greeter('other') },
    );
    expect(own).toBe('connect,own');
    const ambiguous = await asClient(
      async () => {
        await new Promise((resolve) => setTimeout(resolve, 10));
        return greeting();
      },
      { a: greeter('a'), b: greeter('b') },
      ({ world }) => void world.at(5_000, 'crash', () => world.processes[0]?.crash()),
    );
    expect(ambiguous).toMatch(/^connect ECONNREFUSED 127.0.0.1:7000/);
  });

  test('at a port that nobody named: the same in every run', async () => {
    const ports = async (): Promise<number[]> =>
      asClient(async () => {
        const servers = [net.createServer(), net.createServer()];
        for (const server of servers) await new Promise<void>((resolve) => void server.listen(resolve));
        return servers.map((server) => (server.address() as AddressInfo).port);
      });
    expect(await ports()).toEqual([32768, 32769]);
    expect(await ports()).toEqual([32768, 32769]);
  });

  test('no more once it has closed its server, and again after a restart', async () => {
    const seen = await asClient(
      async () => {
        const seen: string[] = [];
        for (let time = 0; time < 3; time++) {
          seen.push(await dial('server'));
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
        return seen.map((event) => event.split(' ').slice(0, 2).join(' '));
      },
      {
        server: () => {
          const server = net.createServer((socket) => {
            socket.end();
            server.close();
          });
          server.listen(7000);
        },
      },
      ({ world }) =>
        void world.at(15_000, 'restart', () => {
          world.processes[0]?.crash();
          world.processes[0]?.start();
        }),
    );
    expect(seen).toEqual(['connect', 'connect ECONNREFUSED', 'connect']);
  });
});

test.each(['tick', 'immediate'] as const)('drained by %s, a run has the same digest', async (drain) => {
  const talk = async (): Promise<void> => {
    for (let at = 0; at < 3; at++) {
      const socket = net.connect(7000, 'server');
      socket.write('a');
      socket.once('data', () => socket.end('b'));
      await closed(socket);
    }
  };
  const { end, world } = await runNode({ server: echo, client: talk }, undefined, { drain });
  expect(end).toEqual({ kind: 'idle' });
  expect(world.digest).toBe((await runNode({ server: echo, client: talk })).world.digest);
});
