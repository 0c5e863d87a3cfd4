import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, describe, test } from 'vitest';
import { simulate, SimulationFailure, UnrepeatableError, type SimulateOptions, type SimulationBody } from '../../sim/index.js';
import { lastItem, leakyLock, type Decrement } from '../support/small-shop.js';

const failureOf = async (body: SimulationBody, options: SimulateOptions = {}): Promise<SimulationFailure> => {
  try {
    await simulate(body, options);
  } catch (error) {
    if (error instanceof SimulationFailure) return error;
    throw error;
  }
  throw new Error('it passed');
};

describe('a planted race: look whether there is stock, then take it', () => {
  const racy: Decrement = async (redis) => {
    if (Number(await redis.get('stock')) < 1) return false;
    await redis.decr('stock');
    return true;
  };

  test('is found, made small, and explained', async () => {
    const failure = await failureOf(lastItem(racy), { name: 'the last mug', seeds: 50 });
    expect(failure.headline).toBe('sold 2 of 1');
    expect(failure.plan.faults).toEqual([]);
    expect(failure.plan.lateness).toBeNull();
    expect(failure.story).toMatch(
      /shop-[12] read stock = 1 at [\d.]+ ms; shop-[12] wrote it at [\d.]+ ms \(DECR stock\); shop-[12] wrote it at [\d.]+ ms \(DECR stock\) on the strength/,
    );
    expect(failure.story).toContain('No fault is needed.');
    expect(failure.story).toMatch(/buyer-1 -> shop-1 {2}POST \/buy/);
    expect(failure.story).toMatch(/redis -> shop-1 {2}"1"/);
    expect(failure.story).toMatch(/test FAILS: sold 2 of 1$/m);
    // Both buyers come at once, two shops each look and take: nothing else happens.
    expect(failure.story.split('\n').filter((line) => line.includes(' -> ')).length).toBeLessThanOrEqual(12);
    expect(failure.stack).toContain('small-shop.ts');
    expect(failure.stack).not.toMatch(/sim[\\/](kernel|simulate)|node:/);
    expect(failure.message).toContain(`simulate(body, { replay: '${failure.replay}' })`);
  });

  test('is seen among the requests of one process, too', async () => {
    const failure = await failureOf(lastItem(racy, ['shop']), { seeds: 50 });
    expect(failure.story).toMatch(/shop read stock = 1 at [\d.]+ ms; shop itself, in another request, wrote it at [\d.]+ ms \(DECR stock\)/);
  });

  test('replays from its token: the same story, the same digest', async () => {
    const failure = await failureOf(lastItem(racy), { seeds: 50 });
    const replayed = await failureOf(lastItem(racy), { replay: failure.replay });
    expect(replayed.digest).toBe(failure.digest);
    expect(replayed.story.split('\n').slice(1)).toEqual(failure.story.split('\n').slice(1));
    expect(replayed.replay).toBe(failure.replay);
  });

  test('is mended by a step that cannot be divided', async () => {
    const report = await simulate(lastItem(decrementInOneStep), { seeds: 200, timeMs: 600_000 });
    expect(report.seeds).toBe(200);
    for (const kind of ['pause', 'crash', 'reply-lost', 'delay', 'restart', 'reset'] as const) expect(report.faults[kind]?.effective).toBeGreaterThan(0);
  });

  test('a token of other code says between which events the run is another', async () => {
    const failure = await failureOf(lastItem(racy), { seeds: 50 });
    const other: Decrement = async (redis) => {
      await redis.get('price');
      return racy(redis);
    };
    const replayed = await failureOf(lastItem(other), { replay: failure.replay });
    expect(replayed.story).toMatch(/This is not the recorded run: it diverged between events \d+ and \d+/);
  });
});

const decrementInOneStep: Decrement = async (redis) => {
  if (Number(await redis.decr('stock')) >= 0) return true;
  await redis.incr('stock');
  return false;
};

describe('a lock without a fence', () => {
  test('needs a fault, which is named, and its race is shown', async () => {
    const failure = await failureOf(leakyLock, { seeds: 300, timeMs: 600_000, faults: ['pause'] });
    expect(failure.plan.faults.length).toBeGreaterThan(0);
    expect(failure.story).toMatch(/Without pause \(.* stands still for \d+ ms\)/);
    expect(failure.story).toMatch(/on the strength of what it had read/);
    expect((await failureOf(leakyLock, { replay: failure.replay })).digest).toBe(failure.digest);
    const calm = await simulate(leakyLock, { seeds: 50, timeMs: 600_000, faults: 'none' });
    expect(calm.seeds).toBe(50);
  });
});

describe('the same seed is the same run', () => {
  const options: SimulateOptions = { seeds: 20, timeMs: 600_000, seed: 7 };

  test('twice in a process, and in a new one', async () => {
    const first = await simulate(lastItem(decrementInOneStep), options);
    const second = await simulate(lastItem(decrementInOneStep), options);
    expect(second.digest).toBe(first.digest);
    expect(second.events).toBe(first.events);
    const main = fileURLToPath(new URL('../support/small-shop-main.ts', import.meta.url));
    const printed = execFileSync(process.execPath, ['--conditions=source', '--import', 'tsx/esm', main, JSON.stringify(options)], { encoding: 'utf8' });
    expect(printed.trim()).toBe(first.digest);
    expect((await simulate(lastItem(decrementInOneStep), { ...options, seed: 8 })).digest).not.toBe(first.digest);
  });

  test('what outlives a run is found, and said', async () => {
    let calls = 0;
    const forgetful: SimulationBody = async (world) => {
      const redis = world.redis('redis');
      await world.process('shop', async (own) => {
        calls += 1;
        await own.sleep(calls);
        redis.run('INCR', 'calls');
      }).finished;
    };
    const error = await simulate(forgetful, { seeds: 3 }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UnrepeatableError);
    expect((error as Error).message).toMatch(/they part at event \d+, at [\d.]+ ms, in shop: timer in one, timer in the other/);
    expect((error as Error).message).toContain('freshModule');
  });

  test('a variable outside of the body that makes a later run fail is not mistaken for a finding', async () => {
    let sold = 0;
    const careless: SimulationBody = async (world) => {
      await world.process('shop', () => void (sold += 1)).finished;
      if (sold > 1) throw new Error(`sold ${sold}`);
    };
    const error = await simulate(careless, { seeds: 3 }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UnrepeatableError);
    expect((error as Error).message).toMatch(/^sold 2: seen once; but seed 1 run twice/);
  });
});
