import { describe, test } from 'vitest';
import { expectSound } from './support/find-hole.js';
import { sesamecareRedlock } from './support/redlock-packages.js';
import { grantsAreValid } from './support/redlock-worlds.js';
import { sinceVersion5 } from './support/since-version-5.suite.js';

describe(sesamecareRedlock.name, () => {
  sinceVersion5(sesamecareRedlock);

  test('holds: the validity of a lock counts from the attempt that got it', () =>
    expectSound(grantsAreValid(sesamecareRedlock), { faults: ['crash'], seeds: 100 }));
});
