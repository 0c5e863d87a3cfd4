import { describe, test } from 'vitest';
import { expectHole, expectSound } from './support/find-hole.js';
import { redlock4 } from './support/redlock-packages.js';
import {
  acquireEnds,
  freeKeysAreHad,
  grantsAreValid,
  hadWithoutOneServer,
  oneValidLock,
  somebodyHasIt,
  tillsTakeTurns,
  transfersSucceed,
} from './support/redlock-worlds.js';

describe(redlock4.name, () => {
  test('holds: never two locks that say they are valid, under the usual faults, while no command times out', async () => {
    await expectSound(oneValidLock(redlock4, { socketTimeout: 300 }), { seeds: 30 });
    await expectSound(tillsTakeTurns(redlock4, 5), { seeds: 20 });
  });

  test('holds: a lock that is given is valid, however late the answers come and however long it was waited for', () =>
    expectSound(grantsAreValid(redlock4), { faults: ['delay', 'partial-partition', 'crash'], seeds: 50 }));

  test('holds: answers are lost, and the next attempt gets the key', () => expectSound(freeKeysAreHad(redlock4), { faults: ['reply-lost'], seeds: 50 }));

  test('holds: of three contenders for a free key one gets it', () => expectSound(somebodyHasIt(redlock4), { faults: 'none', seeds: 50 }));

  test('holds: two servers with one vote each are tried again', () => expectSound(acquireEnds(redlock4, 2), { faults: 'none', seeds: 50 }));

  test('hole: one server that cannot be reached for a while, and a lock is had only when it can', () =>
    expectHole(
      hadWithoutOneServer(redlock4),
      { faults: ['partial-partition'], seeds: 100 },
      { message: /ms to get a key that nobody else wanted/, faults: 1 },
    ));

  test('hole: an extension that fails gives the lock away, and the lock still says that it is valid', () =>
    expectHole(
      oneValidLock(redlock4, { commandTimeout: 100 }),
      { faults: ['partial-partition'], seeds: 200 },
      { message: /both have a lock that says it is valid/, faults: 3 },
    ));

  test('hole: a resource that is named twice cannot be released', () =>
    expectHole(transfersSucceed(redlock4), { faults: 'none', seeds: 20 }, { message: /account (\d) to account \1: nothing was in the way/, faults: 0 }));
});
