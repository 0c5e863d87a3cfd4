import { test } from 'vitest';
import { expectHole, expectSound } from './find-hole.js';
import type { ExtendingRedlockClient, RedlockPackage } from './redlock-packages.js';
import {
  acquireEnds,
  freeKeysAreHad,
  grantsAreValid,
  hadWithoutOneServer,
  oneLiveSignal,
  oneValidLock,
  routinesEnd,
  somebodyHasIt,
  tillsTakeTurns,
  transfersSucceed,
  valuesAreKept,
} from './redlock-worlds.js';

/** One till does not reach one of the servers for more than a minute. */
const outOfReach = [{ kind: 'partial-partition', atMs: 450, forMs: 100_000, target: 'till-1-redis-1', strength: 0 }] as const;
/** All connections of a till are cut at once, and a few more while it connects again. */
const cutOff = [{ kind: 'reset', atMs: 300, forMs: 200, target: 'till-1', strength: 30 }] as const;

/**
 * What redlock 5 and what came of it share. Each test of a hole states in its world what a user would expect, and passes
 * when `simulate` shows that it does not hold.
 */
export function sinceVersion5(redlock: RedlockPackage<ExtendingRedlockClient>): void {
  test('holds: never two locks that say they are valid, under the usual faults', async () => {
    await expectSound(oneValidLock(redlock, { socketTimeout: 300 }), { seeds: 60 });
    await expectSound(tillsTakeTurns(redlock, 5), { seeds: 30 });
  });

  test('holds: an extension that fails does not give the lock away', () =>
    expectSound(oneValidLock(redlock, { commandTimeout: 100 }), { faults: ['partial-partition'], seeds: 100 }));

  test('holds: a lone client needs no third server', () => expectSound(hadWithoutOneServer(redlock), { faults: ['partial-partition'], seeds: 50 }));

  test('hole: answers come late, and acquire gives a lock that is over', () =>
    expectHole(
      grantsAreValid(redlock),
      { faults: ['delay', 'partial-partition'], seeds: 300 },
      { message: /acquire gave a lock that had been over/, faults: 2 },
    ));

  test('hole: answers are lost, and a key that nobody else wants is blocked by what the client itself has set', () =>
    expectHole(freeKeysAreHad(redlock), { faults: ['reply-lost'], seeds: 500 }, { message: /it took 10\d\d\d ms/, faults: 3 }));

  test('hole: cut off, a routine is not told that its lease is over, and the next one runs beside it', () =>
    expectHole(oneLiveSignal(redlock), { faults: ['partial-partition'], seeds: 100 }, { message: /the signal of neither has aborted/, faults: 2 }));

  test('hole: the answer to a release is lost, and an error takes the place of what the routine returned', () =>
    expectHole(valuesAreKept(redlock), { faults: ['reset', 'reply-lost'], seeds: 1000 }, { message: /was paid under the lock, and using says/, faults: 3 }));

  test('hole: three contenders for a free key keep each other out for the whole retry window', () =>
    expectHole(somebodyHasIt(redlock), { faults: 'none', seeds: 50 }, { message: /all three were refused/, faults: 0 }));

  test('hole: two servers with one vote each, and acquire never ends', () =>
    expectHole(acquireEnds(redlock, 2), { faults: 'none', seeds: 50 }, { message: /both calls of acquire to end, in vain/, faults: 0 }));

  test('hole: three servers, one of them out of reach, one vote each from the others, and acquire does not end until it is back', () =>
    expectHole(acquireEnds(redlock, 3), { plan: outOfReach, seeds: 50 }, { message: /both calls of acquire to end, in vain/, faults: 1 }));

  test('hole: a resource that is named twice cannot be released', () =>
    expectHole(transfersSucceed(redlock), { faults: 'none', seeds: 20 }, { message: /account (\d) to account \1: nothing was in the way/, faults: 0 }));

  test('hole: connections are lost when an extension is due, and it is tried again without end in one turn of the event loop', async () => {
    const message = /till-1 computed for longer than 300 ms in one event/;
    await expectHole(routinesEnd(redlock), { faults: ['reset'], seeds: 100, stuckMs: 300 }, { message, faults: 3 });
    await expectHole(routinesEnd(redlock), { plan: cutOff, seeds: 20, stuckMs: 300 }, { message, faults: 1 });
  });
}
