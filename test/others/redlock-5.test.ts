import { describe, test } from 'vitest';
import { expectHole } from './support/find-hole.js';
import { redlock5 } from './support/redlock-packages.js';
import { grantsAreValid } from './support/redlock-worlds.js';
import { sinceVersion5 } from './support/since-version-5.suite.js';

describe(redlock5.name, () => {
  sinceVersion5(redlock5);

  test('hole: after a wait, the lock that acquire gives is over', () =>
    expectHole(grantsAreValid(redlock5), { faults: ['crash'], seeds: 50 }, { message: /acquire gave a lock that had been over/, faults: 1 }));
});
