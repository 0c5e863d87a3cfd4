import { expect, test } from 'vitest';
import { bestDrainMode } from '../../../../sim/kernel/drain.js';
import { installVirtualGlobals } from '../../../../sim/kernel/virtual-globals.js';
import { finishesWithin } from '../../../../sim/kernel/watchdog.js';
import { World } from '../../../../sim/kernel/world.js';

installVirtualGlobals();

const forEver = async (): Promise<void> => {
  for (;;) await Promise.resolve();
};
const tickForEver = (): void => process.nextTick(tickForEver);
const queueForEver = (): void => queueMicrotask(queueForEver);

const endless: Record<string, () => void> = {
  'a loop of statements': () => {
    for (;;);
  },
  'a loop of statements inside a nextTick callback': () =>
    process.nextTick(() => {
      for (;;);
    }),
  'a loop of statements inside a microtask': () =>
    queueMicrotask(() => {
      for (;;);
    }),
  'a promise that always follows another': () => void forEver(),
  'a nextTick callback that always sets the next': tickForEver,
  'a microtask that always queues the next': queueForEver,
};

test.skipIf(bestDrainMode !== 'tick').each(Object.keys(endless))('%s is broken off, and the next run goes on as ever', async (name) => {
  const world = new World({ seed: 1, stuckMs: 60 });
  world.process('looper', () => endless[name]?.()).start();
  expect(await world.run()).toEqual({ kind: 'stuck', process: 'looper' });
  const next = new World({ seed: 1, stuckMs: 1000 });
  const done: string[] = [];
  next
    .process('worker', async (own) => {
      process.nextTick(() => done.push('tick'));
      queueMicrotask(() => done.push('microtask'));
      await new Promise<void>((wake) => void own.setTimer(10, wake));
      done.push('timer');
    })
    .start();
  expect(await next.run()).toEqual({ kind: 'idle' });
  expect(done).toEqual(['tick', 'microtask', 'timer']);
  await new Promise((wake) => setTimeout(wake, 5));
});

test('what ends in time is not disturbed, and what it throws comes through', () => {
  let ran = false;
  expect(finishesWithin(1000, () => void (ran = true))).toBe(true);
  expect(ran).toBe(true);
  expect(() =>
    finishesWithin(1000, () => {
      throw new Error('mine');
    }),
  ).toThrow('mine');
});

test('a watched run has the digest of one that is not', async () => {
  const run = async (stuckMs?: number): Promise<string> => {
    const world = new World({ seed: 7, ...(stuckMs === undefined ? {} : { stuckMs }) });
    world
      .process('p', async (own) => {
        for (let i = 0; i < 2000; i++) await new Promise<void>((wake) => void own.setTimer(world.draws.draw('t', 50), wake));
      })
      .start();
    await world.run();
    return world.digest;
  };
  expect(await run(1000)).toBe(await run());
});
