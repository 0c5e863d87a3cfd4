import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SimProcess } from '../../../sim/kernel/process.js';
import { Network } from '../../../sim/network.js';
import type { Passage, Rule, Verdict } from '../../../sim/network-rules.js';
import { runWorld, sleep } from '../../support/run-world.js';
import { talk } from '../../support/talk.js';

/** A rule that counts how often it changed anything. */
function ruleOf(judge: (passage: Passage) => Verdict | null): Rule & { count: number } {
  const rule = { judge, count: 0, effective: () => void (rule.count += 1) };
  return rule;
}

describe('a connection', () => {
  test('carries messages both ways, in order, each within the latency, and tells the other side when it is closed', async () => {
    const { heard, says } = await talk({
      client: async (own, dial) => {
        const endpoint = dial();
        for (let at = 0; at < 5; at++) endpoint.send(at);
        await sleep(own, 5_000);
        endpoint.close();
        endpoint.send('too late');
        expect(endpoint.isOpen).toBe(false);
      },
      answer: (message) => `re ${String(message)}`,
    });
    expect(says.server).toEqual([0, 1, 2, 3, 4, 'ended']);
    expect(says.client).toEqual([0, 1, 2, 3, 4].map((at) => `re ${at}`));
    for (const { at } of heard.server.slice(0, 5)) expect(at >= 100 && at <= 500).toBe(true);
  });

  test('is refused where nobody listens, and where no process is; nothing was delivered', async () => {
    const down = await talk({ client: (_, dial) => dial().send('lost'), serverStarts: false });
    expect(down.says).toEqual({ client: ['refused'], server: [] });
    const heard: string[] = [];
    await runWorld((world) => {
      const network = new Network(world);
      const deaf = world.process('deaf', () => undefined);
      deaf.start();
      world.process('client', (own) => network.connect(own, deaf, { message: () => undefined, closed: (reason) => heard.push(reason) }).send('lost')).start();
    });
    expect(heard).toEqual(['refused']);
  });

  test('is refused when the server crashes while the opening travels, also when it is up again by then', async () => {
    for (const restart of [false, true]) {
      const { says } = await talk({
        client: (_, dial) => dial().send('lost'),
        around: ({ world, server }) => {
          world.at(50, 'crash', () => server.crash());
          if (restart) world.at(60, 'restart', () => server.start());
        },
      });
      expect(says).toEqual({ client: ['refused'], server: [] });
    }
  });

  test('is refused when the server crashes while it is paused, with the opening at its door', async () => {
    const { says } = await talk({
      client: (_, dial) => dial().send('lost'),
      around: ({ world, server }) => {
        world.at(1, 'pause', () => (server.pausedUntil = 1_000_000));
        world.at(2_000, 'crash', () => server.crash());
      },
    });
    expect(says).toEqual({ client: ['refused'], server: [] });
  });

  test('ends when the server crashes; what it had answered before still arrives, and comes first', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 600, max: 4_000 }), async (seed, crashAt) => {
        const { says, heard } = await talk(
          {
            client: async (own, dial) => {
              const endpoint = dial();
              for (let at = 0; at < 20; at++) {
                endpoint.send(at);
                await sleep(own, 150);
              }
            },
            answer: (message) => message,
            around: ({ world, server }) => world.at(crashAt, 'crash', () => server.crash()),
          },
          seed,
        );
        expect(says.client).toEqual([...says.server, 'ended']);
        expect(heard.client.at(-1)?.at).toBeGreaterThan(crashAt);
      }),
    );
  });

  test('brings what the server had answered before it died also when that takes long, and the client hears earlier that nobody is there', async () => {
    const { says } = await talk({
      client: async (own, dial) => {
        const endpoint = dial();
        endpoint.send('ask');
        await sleep(own, 5_000);
        endpoint.send('ask again');
      },
      answer: () => 'answer',
      around: ({ world, server, network }) => {
        network.rules.push(ruleOf(({ isReply, part }) => (isReply && part === 'data' ? { act: 'hold', until: 50_000 } : null)));
        world.at(2_000, 'crash', () => server.crash());
      },
    });
    expect(says).toEqual({ client: ['answer', 'ended'], server: ['ask'] });
  });

  test('ends when the client crashes; what it had sent before still arrives', async () => {
    const { says } = await talk({
      client: (_, dial) => {
        const endpoint = dial();
        for (let at = 0; at < 3; at++) endpoint.send(at);
      },
      around: ({ world, client }) => world.at(1, 'crash', () => client.crash()),
    });
    expect(says.server).toEqual([0, 1, 2, 'ended']);
  });

  test('that is reset loses what is under way, both ways, and both sides hear of it, once', async () => {
    const { says } = await talk({
      client: async (own, dial) => {
        const endpoint = dial();
        endpoint.send('arrives');
        await sleep(own, 2_000);
        endpoint.send('lost');
        endpoint.reset();
        endpoint.reset();
        endpoint.send('ignored');
      },
      accepted: (endpoint, own) => void own.setTimer(1_990 - own.world.now, () => endpoint.send('lost too')),
    });
    expect(says).toEqual({ client: ['reset'], server: ['arrives', 'reset'] });
  });

  test('the two sides learn of an end from messages only: a refused side is open until it hears', async () => {
    await talk({
      client: async (own, dial, { heard, world }) => {
        const endpoint = dial();
        while (heard.client.length === 0) {
          expect(endpoint.isOpen).toBe(true);
          await sleep(own, 20);
        }
        expect([endpoint.isOpen, world.now > 200]).toEqual([false, true]);
      },
      serverStarts: false,
    });
  });

  test('endpointsOf lists the live ones of a process, peersOf who is connected or about to be', async () => {
    const seen: unknown[] = [];
    await talk({
      client: async (own, dial, { network, server, client }) => {
        const names = (process: SimProcess): string[] => network.peersOf(process).map(({ name }) => name);
        const [one, other] = [dial(), dial()];
        seen.push(names(server), network.endpointsOf(server).length);
        await sleep(own, 2_000);
        seen.push(names(server), names(client), network.endpointsOf(client).length);
        one.close();
        await sleep(own, 2_000);
        seen.push(names(server), network.endpointsOf(client)[0] === other);
      },
    });
    expect(seen).toEqual([['client', 'client'], 0, ['client', 'client'], ['server', 'server'], 2, ['client'], true]);
  });
});

describe('a burst after a pause', () => {
  test('has the messages of a connection in order, also when the pause ends before its time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(3_000), fc.nat(5_000), fc.nat(5_000), async (seed, from, long, cut) => {
        const { says } = await talk(
          {
            client: async (own, dial) => {
              const endpoint = dial();
              for (let at = 0; at < 30; at++) {
                endpoint.send(at);
                await sleep(own, 200);
              }
            },
            around: ({ world, server }) => {
              world.at(from, 'pause', () => (server.pausedUntil = from + long));
              world.at(from + Math.min(cut, long), 'resume', () => server.resume());
            },
          },
          seed,
        );
        expect(says.server).toEqual(Array.from({ length: 30 }, (_, at) => at));
      }),
    );
  });
});

test('the delays of one link do not depend on what happens on others', async () => {
  const arrivals = async (busy: boolean): Promise<number[]> => {
    const at: number[] = [];
    await runWorld((world) => {
      const network = new Network(world);
      const server = world.process('server', (own) =>
        network.listen(own, (endpoint) => {
          endpoint.handlers = { message: () => void (endpoint.remote.name === 'a' && at.push(world.now)), closed: () => undefined };
        }),
      );
      server.start();
      for (const name of busy ? ['a', 'b'] : ['a']) {
        world
          .process(name, (own) => {
            const endpoint = network.connect(own, server, { message: () => undefined, closed: () => undefined });
            for (let message = 0; message < 10; message++) endpoint.send(message);
          })
          .start();
      }
    });
    return at;
  };
  expect(await arrivals(true)).toEqual(await arrivals(false));
});

describe('ports', () => {
  test('each has its own listener; one that is given up refuses, and what was opened before stays', async () => {
    const heard: string[] = [];
    await runWorld((world) => {
      const network = new Network(world);
      const server = world.process('server', (own) => {
        for (const port of [0, 80, 81]) {
          network.listen(
            own,
            (endpoint) => void (endpoint.handlers = { message: (text) => heard.push(`${port} ${String(text)}`), closed: () => undefined }),
            port,
          );
        }
        expect(network.isListeningOn(own.process, 80)).toBe(true);
        own.setTimer(5_000, () => network.unlisten(own, 80));
      });
      server.start();
      world
        .process('client', async (own) => {
          const dial = (port?: number) => network.connect(own, server, { message: () => undefined, closed: (reason) => heard.push(`${port} ${reason}`) }, port);
          const endpoints = [dial(), dial(80), dial(81), dial(82)];
          await sleep(own, 10_000);
          expect(network.listenersOn(80)).toEqual([]);
          expect(network.listenersOn(81)).toEqual([server]);
          dial(80);
          await sleep(own, 5_000);
          for (const endpoint of endpoints) endpoint.send('hello');
        })
        .start();
    });
    expect(heard.sort()).toEqual(['0 hello', '80 hello', '80 refused', '81 hello', '82 refused']);
  });

  test('who asks hears that the other side has accepted, before anything that it says', async () => {
    const heard: unknown[] = [];
    await runWorld((world) => {
      const network = new Network(world);
      const server = world.process('server', (own) => network.listen(own, (endpoint) => endpoint.send('welcome'), 80));
      server.start();
      const handlers = { opened: () => heard.push('opened'), message: (text: unknown) => heard.push(text), closed: () => undefined };
      world.process('client', (own) => void network.connect(own, server, handlers, 80)).start();
    });
    expect(heard).toEqual(['opened', 'welcome']);
  });
});
