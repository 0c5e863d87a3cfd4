import { AsyncLocalStorage } from 'node:async_hooks';
import { getEventListeners } from 'node:events';
import nodeCrypto, { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { setTimeout as importedTimeout } from 'node:timers';
import timersPromises, { setTimeout as importedSleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { activeWorld } from '../../../../sim/kernel/active-world.js';
import type { Incarnation } from '../../../../sim/kernel/process.js';
import { inProcess, runWorld, sleep } from '../../../support/run-world.js';

/** Kept when the module is loaded, as packages do. */
const nextTick: typeof process.nextTick = Reflect.get(process, 'nextTick');

const START = Date.UTC(2026, 0, 1);
/** The clocks of the only process of a world run twice as fast as true time, and its wall clock is 5 s ahead. */
const fastAndAhead = (own: Incarnation): void => {
  own.process.wall.step(own.world.now, 5_000_000);
  for (const clock of [own.process.wall, own.process.monotonic]) clock.setDrift(own.world.now, 1_000_000);
};

describe('clocks', () => {
  test('Date is the wall clock of the process, in all its forms', async () => {
    const seen = await inProcess(async (own) => {
      fastAndAhead(own);
      await sleep(own, 3_000_000);
      class Stamp extends Date {}
      return [Date.now(), new Date().getTime(), Date.parse(Date()), new Stamp().getTime(), new (new Date(0).constructor as DateConstructor)().getTime()];
    });
    expect(seen).toEqual(Array(5).fill(START + 5_000 + 3_000));
  });

  test('a Date that is given a time has it, and dates are dates', async () => {
    const seen = await inProcess(() => [new Date(7).getTime(), new Date(2020, 1, 2) instanceof Date, Date.UTC(1970, 0, 1), new Date().constructor === Date]);
    expect(seen).toEqual([7, true, 0, true]);
  });

  test('what asks for the time in other ways is told the same', async () => {
    const seconds = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', dateStyle: 'short', timeStyle: 'medium' });
    const seen = await inProcess(async (own) => {
      await sleep(own, 3_000_000);
      const parts = seconds.formatToParts().map(({ value }) => value);
      return [
        seconds.format(),
        seconds.format(0),
        parts.join(''),
        performance.timeOrigin + performance.now(),
        performance.mark('here').startTime - performance.now(),
      ];
    });
    const now = seconds.format(START + 3_000);
    expect(seen).toEqual([now, seconds.format(0), now, START + 3_000, 0]);
    expect(Math.abs(performance.timeOrigin + performance.now() - Date.now())).toBeLessThan(60_000);
  });

  test('performance.now and process.hrtime are its monotonic clock', async () => {
    const seen = await inProcess(async (own) => {
      const begun = { now: performance.now(), hrtime: process.hrtime(), bigint: process.hrtime.bigint() };
      fastAndAhead(own);
      await sleep(own, 3_000_400);
      return [performance.now() - begun.now, process.hrtime(begun.hrtime), process.hrtime.bigint() - begun.bigint];
    });
    expect(seen).toEqual([3_000.4, [3, 400_000], 3_000_400_000n]);
  });

  test('two processes see their own', async () => {
    const seen: number[] = [];
    await runWorld((world) => {
      const ahead = world.process('ahead', () => void seen.push(Date.now()));
      ahead.wall.step(0, 60_000_000);
      ahead.start();
      world.process('right', () => void seen.push(Date.now())).start();
    });
    expect(seen).toEqual([START + 60_000, START]);
  });

  test('they are the real ones outside of a run, and right after it', async () => {
    const readings = (): number[] => [
      ...[Date.now(), new Date().getTime(), Date.parse(Date())],
      ...[performance.now(), process.hrtime()[0] * 1000, Number(process.hrtime.bigint()) / 1e6],
    ];
    const before = readings();
    // A day by the clocks of the process, which all began elsewhere.
    await inProcess((own) => sleep(own, 86_400_000_000), { budget: { events: 100, time: 1e12 } });
    readings().forEach((reading, index) => expect(Math.abs(reading - before[index]!)).toBeLessThan(3_600_000));
    expect(activeWorld()).toBeNull();
  });

  test('the world itself, in no process, has none', async () => {
    const { end } = await runWorld((world) => world.at(5, 'test', () => void Date.now()));
    expect(end).toMatchObject({ kind: 'failed', process: 'world', error: { code: 'HOLDFAST_ESCAPE' } });
  });
});

/** How long something takes by true time, in microseconds. */
const timed = (wait: () => Promise<unknown>, before?: (own: Incarnation) => void): Promise<number> =>
  inProcess(async (own) => {
    before?.(own);
    const begun = own.world.now;
    await wait();
    return own.world.now - begun;
  });

describe('timers', () => {
  test.each<[string, () => Promise<unknown>, number]>([
    ['setTimeout', () => new Promise((resolve) => setTimeout(resolve, 20)), 20_000],
    ['setTimeout without a length', () => new Promise((resolve) => setTimeout(resolve)), 1_000],
    ['setTimeout with part of a millisecond', () => new Promise((resolve) => setTimeout(resolve, 1.9)), 1_000],
    ['setTimeout with more than Node knows', () => new Promise((resolve) => setTimeout(resolve, 2 ** 31)), 1_000],
    ['setTimeout of node:timers', () => new Promise((resolve) => importedTimeout(resolve, 20)), 20_000],
    ['setImmediate', () => new Promise((resolve) => setImmediate(resolve)), 0],
    ['timers/promises setTimeout', () => importedSleep(20), 20_000],
    ['timers/promises setImmediate', () => timersPromises.setImmediate(), 0],
    ['scheduler.wait', () => timersPromises.scheduler.wait(20), 20_000],
    ['scheduler.yield', () => timersPromises.scheduler.yield(), 0],
    ['promisify(setTimeout)', () => promisify(setTimeout)(20), 20_000],
    ['promisify(setImmediate)', () => promisify(setImmediate)(), 0],
    ['AbortSignal.timeout', () => new Promise((resolve) => AbortSignal.timeout(20).addEventListener('abort', resolve)), 20_000],
  ])('%s waits by the clock of the process', async (_, wait, microseconds) => {
    expect(await timed(wait)).toBe(microseconds);
    expect(await timed(wait, fastAndAhead)).toBe(microseconds / 2);
  });

  test('intervals repeat until they are cleared; promised ones until their loop ends', async () => {
    const seen = await inProcess(async (own) => {
      const at: number[] = [];
      await new Promise<void>((resolve) => {
        const timer = setInterval(
          (step: number) => {
            at.push(own.world.now / 1000);
            if (at.length * step < 30) return;
            clearInterval(timer);
            resolve();
          },
          10,
          10,
        );
      });
      for await (const value of timersPromises.setInterval(5, 'tick')) {
        at.push(own.world.now / 1000);
        expect(value).toBe('tick');
        if (at.length === 5) break;
      }
      return at;
    });
    expect(seen).toEqual([10, 20, 30, 35, 40]);
  });

  test('cleared, closed and refreshed ones do as Node has it; arguments arrive', async () => {
    const rung: unknown[] = [];
    await inProcess(async (own) => {
      clearTimeout(setTimeout(() => rung.push('cleared'), 5));
      clearImmediate(setImmediate(() => rung.push('cleared')));
      setTimeout(() => rung.push('closed'), 5)[Symbol.dispose]();
      const refreshed = setTimeout((...args: unknown[]) => rung.push(args, own.world.now / 1000), 10, 'a', 1)
        .unref()
        .ref();
      await sleep(own, 8_000);
      refreshed.refresh();
      await sleep(own, 100_000);
      clearTimeout(undefined);
    });
    expect(rung).toEqual([['a', 1], 18]);
  });

  test('a promised one can be aborted, before and while it waits', async () => {
    const seen = await inProcess(async (own) => {
      const controller = new AbortController();
      const waiting = importedSleep(1_000, undefined, { signal: controller.signal }).catch((error: unknown) => error);
      await sleep(own, 10_000);
      controller.abort('enough');
      return [await waiting, await importedSleep(1_000, undefined, { signal: AbortSignal.abort('already') }).catch((error: unknown) => error), own.world.now];
    });
    expect(seen).toMatchObject([{ name: 'AbortError', cause: 'enough' }, { name: 'AbortError', cause: 'already' }, 10_000]);
  });

  test('a timeout signal aborts with a TimeoutError', async () => {
    const reason = await inProcess(async (own) => {
      const signal = AbortSignal.timeout(10);
      await sleep(own, 20_000);
      return (signal.reason as Error).name;
    });
    expect(reason).toBe('TimeoutError');
  });

  test('they are the real ones outside of a run', async () => {
    await inProcess(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 1));
    await new Promise((resolve) => importedTimeout(resolve, 1));
    await new Promise((resolve) => setImmediate(resolve));
    await timersPromises.scheduler.yield();
    expect(await promisify(setImmediate)('value')).toBe('value');
    expect(await promisify(setTimeout)(1, 'value')).toBe('value');
    expect(await importedSleep(1, 'value')).toBe('value');
    expect(await timersPromises.setImmediate('value')).toBe('value');
    for await (const value of timersPromises.setInterval(1, 'value')) {
      expect(value).toBe('value');
      break;
    }
    await new Promise((resolve) => AbortSignal.timeout(1).addEventListener('abort', resolve));
    expect(setTimeout(() => undefined, 0)[Symbol.toPrimitive]()).toBeTypeOf('number');
  });
});

describe('random numbers', () => {
  const sources: Record<string, () => unknown> = {
    'Math.random': () => Math.random(),
    'crypto.randomUUID': () => crypto.randomUUID(),
    'crypto.getRandomValues': () => [...crypto.getRandomValues(new Uint32Array(3))].join(),
    'node:crypto randomUUID': () => randomUUID(),
    'node:crypto randomBytes': () => randomBytes(12).toString('hex'),
    'node:crypto randomInt': () => randomInt(1_000_000_000),
    'node:crypto randomInt of a range': () => randomInt(5, 1_000_000_000),
    'node:crypto getRandomValues': () => [...nodeCrypto.getRandomValues(new Uint8Array(12))].join(),
    'node:crypto randomFillSync': () => nodeCrypto.randomFillSync(Buffer.alloc(12)).toString('hex'),
    'node:crypto webcrypto': () => nodeCrypto.webcrypto.randomUUID(),
  };

  test.each(Object.entries(sources))('%s follows the seed in a process, and is real outside', async (_, source) => {
    const drawn = (seed: number): Promise<unknown> => inProcess(source, { seed });
    const inside = await drawn(1);
    expect(await drawn(1)).toEqual(inside);
    expect(await drawn(2)).not.toEqual(inside);
    expect(source()).not.toEqual(inside);
    expect(source()).not.toEqual(source());
  });

  test('they have the shape and range that they promise', async () => {
    const { uuids, floats, dice, filled } = await inProcess(() => ({
      uuids: Array.from({ length: 50 }, () => randomUUID()),
      floats: Array.from({ length: 200 }, () => Math.random()),
      dice: Array.from({ length: 200 }, () => randomInt(1, 7)),
      filled: nodeCrypto.randomFillSync(new Uint8Array(64), 16, 16),
    }));
    for (const uuid of uuids) expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(uuids).size).toBe(50);
    for (const float of floats) expect(float >= 0 && float < 1).toBe(true);
    expect(new Set(dice)).toEqual(new Set([1, 2, 3, 4, 5, 6]));
    expect([filled.subarray(0, 16), filled.subarray(32)].every((part) => part.every((byte) => byte === 0))).toBe(true);
    expect(filled.subarray(16, 32).some((byte) => byte !== 0)).toBe(true);
  });

  test('with a callback, they answer later, by an event of the process', async () => {
    const seen = await inProcess(async () => [
      (await promisify(randomBytes)(8)).length,
      await new Promise<number>((resolve, reject) => randomInt(3, 4, (error, value) => (error === null ? resolve(value) : reject(error)))),
    ]);
    expect(seen).toEqual([8, 3]);
    expect((await promisify(randomBytes)(8)).length).toBe(8);
  });

  test('a draw that the scenario pins is what the process gets', async () => {
    expect(await inProcess(() => Math.random(), { overrides: { 'p/random': { 0: 2 ** 31 } } })).toBe(0.5);
  });
});

describe('timers, as Node has them', () => {
  test('a timer that was cleared does not come back by refresh', async () => {
    const fired: string[] = [];
    await inProcess(async (own) => {
      const cleared = setTimeout(() => fired.push('cleared'), 10);
      clearTimeout(cleared);
      cleared.refresh();
      setTimeout(() => fired.push('kept'), 10).refresh();
      await sleep(own, 100_000);
    });
    expect(fired).toEqual(['kept']);
  });

  test('a callback has its timer for `this`, and what AsyncLocalStorage had when it was set', async () => {
    const storage = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    await inProcess(async (own) => {
      storage.run('of the timer', () => {
        setInterval(function (this: NodeJS.Timeout) {
          seen.push(storage.getStore());
          storage.enterWith('of a callback');
          clearInterval(this);
        }, 5);
        setImmediate(() => seen.push(storage.getStore()));
      });
      setTimeout(() => seen.push(storage.getStore()), 10);
      await sleep(own, 100_000);
    });
    expect(seen).toEqual(['of the timer', 'of the timer', undefined]);
  });

  test('refuse at once what is no function', async () => {
    const set = [setTimeout, setInterval, setImmediate] as readonly ((callback: unknown) => unknown)[];
    const thrown = await inProcess(() => set.map((timer) => codeOf(() => timer('no function'))));
    expect(thrown).toEqual(Array(3).fill('ERR_INVALID_ARG_TYPE'));
  });

  test('a promise of node:timers/promises is aborted by an error with a code, and leaves no listener on its signal', async () => {
    const { error, left } = await inProcess(async () => {
      const controller = new AbortController();
      const { signal } = controller;
      await importedSleep(1, undefined, { signal });
      const left = getEventListeners(signal, 'abort').length;
      setTimeout(() => controller.abort('enough'), 5);
      const error = await importedSleep(1_000, undefined, { signal }).catch((error: unknown) => error);
      return { error, left };
    });
    expect(left).toBe(0);
    expect(error).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR', cause: 'enough' });
  });
});

test('what a module kept of process.nextTick when it was loaded is in the run all the same', async () => {
  const boom = new Error('boom');
  const { end } = await runWorld((world) => {
    world
      .process('p', () => {
        nextTick(() => {
          throw boom;
        });
      })
      .start();
  });
  expect(end).toEqual({ kind: 'failed', error: boom, process: 'p' });
});

test('process.nextTick may be replaced and put back outside of a run', async () => {
  const before: typeof process.nextTick = Reflect.get(process, 'nextTick');
  const calls: unknown[] = [];
  process.nextTick = ((callback: () => void) => {
    calls.push(callback);
    // As a wrapper does that kept what it replaced.
    before(callback);
  }) as typeof process.nextTick;
  try {
    await new Promise<void>((resolve) => process.nextTick(resolve));
    expect(calls).toHaveLength(1);
  } finally {
    process.nextTick = before;
  }
  await new Promise<void>((resolve) => process.nextTick(resolve));
  expect(calls).toHaveLength(1);
});

test('the old names of randomBytes are drawn from the seed too', async () => {
  const draw = (): Promise<string[]> =>
    inProcess(() => ['pseudoRandomBytes', 'prng', 'rng'].map((name) => (Reflect.get(nodeCrypto, name) as typeof randomBytes)(4).toString('hex')));
  expect(await draw()).toEqual(await draw());
});

function codeOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
}
