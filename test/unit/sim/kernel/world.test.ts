import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DrainMode } from '../../../../sim/kernel/drain.js';
import { Trace } from '../../../../sim/kernel/trace.js';
import { World } from '../../../../sim/kernel/world.js';
import { runWorld, sleep } from '../../../support/run-world.js';

const modes: readonly DrainMode[] = ['tick', 'immediate'];

test('events run in order of time, and of scheduling where the time is the same', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(5)), async (times) => {
      const ran: number[] = [];
      const { world, end } = await runWorld((world) => times.forEach((time, index) => world.at(time, 'test', () => ran.push(index))));
      expect(ran).toEqual(times.map((_, index) => index).sort((one, other) => times[one]! - times[other]! || one - other));
      expect([end, world.events, world.now]).toEqual([{ kind: 'idle' }, times.length, Math.max(0, ...times)]);
    }),
    { numRuns: 50 },
  );
});

test('a cancelled event does not happen', async () => {
  const ran: string[] = [];
  await runWorld((world) => {
    const late = world.at(2, 'test', () => ran.push('late'));
    world.at(1, 'test', () => (late.cancelled = true));
    world.at(3, 'test', () => ran.push('last'));
  });
  expect(ran).toEqual(['last']);
});

test.each([-1, Number.NaN])('nothing is scheduled for the past, or for no time (%s)', (time) => {
  expect(() => new World({ seed: 1 }).at(time, 'test', () => undefined)).toThrow(`an event (test) cannot be scheduled for ${time}: it is 0 already`);
});

test('two processes cannot have one name', () => {
  const world = new World({ seed: 1 });
  world.process('a', () => undefined);
  expect(() => world.process('a', () => undefined)).toThrow('there is already a process a');
});

describe.each(modes)('draining by %s', (drain) => {
  test('runs all that an event leaves behind, any number of hops deep, before the next event', async () => {
    const ran: string[] = [];
    await runWorld(
      (world) => {
        world
          .process('a', async (own) => {
            own.setTimer(0, () => ran.push('next event'));
            const hop = async (left: number): Promise<void> => {
              if (left === 0) return;
              await Promise.resolve();
              if (left % 3 === 0) await new Promise<void>((resolve) => process.nextTick(resolve));
              if (left % 3 === 1) await new Promise<void>((resolve) => queueMicrotask(resolve));
              await hop(left - 1);
            };
            await hop(300);
            ran.push('300 hops');
          })
          .start();
      },
      { drain },
    );
    expect(ran).toEqual(['300 hops', 'next event']);
  });

  test('runs nextTick callbacks before microtasks, as Node does', async () => {
    const ran: string[] = [];
    await runWorld(
      (world) => {
        world
          .process('a', () => {
            void Promise.resolve().then(() => ran.push('microtask'));
            process.nextTick(() => ran.push('tick'));
          })
          .start();
      },
      { drain },
    );
    expect(ran).toEqual(['tick', 'microtask']);
  });

  test('lets nothing of the real world into an event', async () => {
    const seen: (number | string)[] = [];
    let real: NodeJS.Timeout | undefined;
    const beside = new Promise<void>((resolve) => {
      const again = (): void => {
        seen.push(Date.now() > 1_767_225_700_000 ? 'real' : 'virtual');
        if (seen.length < 3) real = setTimeout(again, 0);
        else resolve();
      };
      real = setTimeout(again, 0);
    });
    await runWorld(
      (world) => {
        world
          .process('a', async (own) => {
            for (let at = 0; at < 200; at++) await sleep(own, 1_000);
          })
          .start();
      },
      { drain },
    );
    await beside;
    clearTimeout(real);
    // Wall clocks of simulated processes begin in 2026 and get no further than seconds in this run.
    expect(seen).toEqual(['real', 'real', 'real']);
  });

  test('two runs at once do not disturb each other', async () => {
    const failing = new World({ seed: 1, drain });
    failing
      .process('a', async (own) => {
        for (let at = 0; at < 20; at++) await sleep(own, 10);
        void Promise.reject(new Error('of the first'));
      })
      .start();
    const holding = new World({ seed: 1, drain });
    holding
      .process('b', async (own) => {
        for (let at = 0; at < 30; at++) await sleep(own, 10);
      })
      .start();
    const listeners = process.rawListeners('unhandledRejection');
    expect(await Promise.all([failing.run(), holding.run()])).toEqual([{ kind: 'failed', process: 'a', error: new Error('of the first') }, { kind: 'idle' }]);
    expect(process.rawListeners('unhandledRejection')).toEqual(listeners);
  });
});

/** Processes that talk in ticks, microtasks, timers and draws. */
const chatter = (world: World): void => {
  for (const name of ['a', 'b', 'c']) {
    world
      .process(name, async (own) => {
        for (let at = 0; at < 20; at++) {
          await sleep(own, 1 + Math.floor(Math.random() * 50));
          process.nextTick(() => void own.setTimer(world.draws.draw(name, 9), () => undefined));
          for (let hop = 0; hop < 5; hop++) await Promise.resolve();
          queueMicrotask(() => world.schedule(world.now + Math.floor(Math.random() * 5), own, 'note', () => undefined, [name, at]));
        }
      })
      .start();
  }
};

test('the digest is that of the seed: again, with either drain, traced or not; another seed has another', async () => {
  const digestOf = async (seed: number, drain: DrainMode, trace?: Trace): Promise<string> =>
    (await runWorld(chatter, { seed, drain, ...(trace === undefined ? {} : { trace }) })).world.digest;
  const digests = await Promise.all([digestOf(1, 'tick'), digestOf(1, 'tick'), digestOf(1, 'immediate'), digestOf(1, 'tick', new Trace())]);
  expect(new Set(digests).size).toBe(1);
  expect(await digestOf(2, 'tick')).not.toBe(digests[0]);
});

test('the digest takes in time, process, kind and payload of each event', async () => {
  const digestOf = async (time: number, from: 'a' | 'b' | 'world', kind: string, payload: unknown): Promise<string> => {
    const { world } = await runWorld((world) => {
      const processes = { a: world.process('a', () => undefined), b: world.process('b', () => undefined) };
      for (const process of Object.values(processes)) process.start();
      world.schedule(time, from === 'world' ? null : processes[from].incarnation, kind, () => undefined, payload);
    });
    return world.digest;
  };
  const digests = await Promise.all([
    digestOf(5, 'a', 'message', 1),
    digestOf(6, 'a', 'message', 1),
    digestOf(5, 'b', 'message', 1),
    digestOf(5, 'world', 'message', 1),
    digestOf(5, 'a', 'timer', 1),
    digestOf(5, 'a', 'message', 2),
    digestOf(5, 'a', 'message', undefined),
  ]);
  expect(new Set(digests).size).toBe(digests.length);
});

describe('a run ends', () => {
  const endless = (world: World): void => {
    world
      .process('a', async (own) => {
        for (;;) await sleep(own, 1_000);
      })
      .start();
  };

  test('with a budget of events used up', async () => {
    const { world, end } = await runWorld(endless, { budget: { events: 50, time: 1e9 } });
    expect([end, world.events]).toEqual([{ kind: 'budget', of: 'events' }, 50]);
  });

  test('with a budget of time used up', async () => {
    const { world, end } = await runWorld(endless, { budget: { events: 1e9, time: 20_500 } });
    expect([end, world.now]).toEqual([{ kind: 'budget', of: 'time' }, 20_000]);
  });

  test('when it is stopped, after the present event and all that follows from it; and goes on when it is run again', async () => {
    const ran: number[] = [];
    const { world, end } = await runWorld((world) => {
      world.at(1, 'test', () => {
        world.stop();
        queueMicrotask(() => ran.push(1));
      });
      world.at(2, 'test', () => ran.push(2));
    });
    expect([end, ran]).toEqual([{ kind: 'stopped' }, [1]]);
    expect([await world.run(), ran]).toEqual([{ kind: 'idle' }, [1, 2]]);
  });
});

describe.each(modes)('code under test that breaks ends the run, not the process that simulates it (by %s)', (drain) => {
  const boom = new Error('boom');
  const throwBoom = (): never => {
    throw boom;
  };
  const ways: Record<string, () => void> = {
    'a throw in a handler': throwBoom,
    'a throw in a nextTick callback': () => process.nextTick(throwBoom),
    'a throw in queueMicrotask': () => queueMicrotask(throwBoom),
    'an unhandled rejection': () => void Promise.reject(boom),
    'a rejection some hops later': () =>
      void (async () => {
        for (let hop = 0; hop < 10; hop++) await Promise.resolve();
        throwBoom();
      })(),
    'a throw in a listener of an abort signal': () => {
      const controller = new AbortController();
      controller.signal.addEventListener('abort', throwBoom);
      controller.abort();
    },
    'a throw in a nextTick callback of a nextTick callback': () => process.nextTick(() => process.nextTick(throwBoom)),
  };

  test.each(Object.entries(ways))('%s', async (_, breakIt) => {
    const listeners = process.rawListeners('unhandledRejection');
    let later = false;
    const { end } = await runWorld(
      (world) => {
        world.process('innocent', (own) => void own.setTimer(20, () => (later = true))).start();
        world.process('guilty', (own) => void own.setTimer(10, breakIt)).start();
      },
      { drain },
    );
    expect(end).toEqual({ kind: 'failed', error: boom, process: 'guilty' });
    expect(later).toBe(false);
    expect(process.rawListeners('unhandledRejection')).toEqual(listeners);
  });

  test('a factory that rejects, and a failure in the very event that stops the run', async () => {
    const { end } = await runWorld(
      (world) => {
        world
          .process('a', async (own) => {
            await sleep(own, 5);
            world.stop();
            throw boom;
          })
          .start();
      },
      { drain },
    );
    expect(end).toEqual({ kind: 'failed', error: boom, process: 'a' });
  });

  test('a rejection that is handled in the same event is no failure', async () => {
    const { end } = await runWorld(
      (world) => {
        world
          .process('a', async () => {
            const rejected = Promise.reject(boom);
            for (let hop = 0; hop < 10; hop++) await Promise.resolve();
            await rejected.catch(() => undefined);
          })
          .start();
      },
      { drain },
    );
    expect(end).toEqual({ kind: 'idle' });
  });
});

test.each(modes)('what is looked at after an event belongs to it: a promise that it leaves behind, rejected, ends the run (drain %s)', async (drain) => {
  const boom = new Error('boom');
  const { end } = await runWorld(
    (world) => {
      const observer = world.process('observer', () => undefined);
      observer.start();
      world.afterEvent = () => {
        world.current = observer.incarnation;
        world.afterEvent = null;
        void Promise.reject(boom);
      };
    },
    { drain },
  );
  expect(end).toEqual({ kind: 'failed', error: boom, process: 'observer' });
});

test('what a process throws in the very event in which its life ended is no failure; what another one throws is', async () => {
  const { end } = await runWorld((world) => {
    const quitter = world.process('quitter', () => {
      quitter.crash();
      process.nextTick(() => {
        throw new Error('in a callback');
      });
      void Promise.reject(new Error('in a promise'));
      throw new Error('at once');
    });
    quitter.start();
    world
      .process('other', () => {
        throw new Error('of another');
      })
      .start();
  });
  expect(end).toEqual({ kind: 'failed', error: new Error('of another'), process: 'other' });
});
