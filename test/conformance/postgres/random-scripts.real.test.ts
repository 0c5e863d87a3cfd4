import fc from 'fast-check';
import { loadModule } from 'libpg-query';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FLOOR, isLongForm, LONG_TEST_MS } from '../redis/conformance-form.js';
import { BRANCHES, BranchTable } from './branch-table.js';
import { compareScript, type Tally } from './compare-script.js';
import { RealReplays } from './replay-on-postgres.js';
import { scriptArbitrary } from './script-arbitrary.js';
import { STATEMENT_KINDS } from './statement-kinds.js';

// One seed that stays, and one that does not: fast-check prints it when a script fails, and it is printed here in any case.
const FRESH = Date.now() % 1_000_000_000;
const RUNS = isLongForm
  ? [
      { seed: 1, scripts: 3000 },
      { seed: FRESH, scripts: 500 },
    ]
  : [
      { seed: 1, scripts: 100 },
      { seed: FRESH, scripts: 20 },
    ];

let real: RealReplays;
const table = new BranchTable();

beforeAll(async () => {
  await loadModule();
  real = await RealReplays.open();
});
afterAll(() => real.close());

test.each(RUNS)(
  '$scripts random scripts of concurrent sessions from seed $seed',
  async ({ seed, scripts }) => {
    const tally: Tally = { agreed: 0, reordered: 0, repeated: 0 };
    const property = fc.asyncProperty(scriptArbitrary, (script) => compareScript(real, script, table, tally));
    await fc.assert(property, { seed, numRuns: scripts });
    expect(tally.agreed).toBe(scripts);
    console.log(
      `seed ${seed}: ${tally.agreed} scripts agree, ${tally.reordered} of them in another order than the first, ${tally.repeated} not the first time`,
    );
  },
  LONG_TEST_MS,
);

test.runIf(isLongForm)('everything was hit', () => {
  console.log(table.toString());
  expect(table.below(FLOOR, [...STATEMENT_KINDS.map(({ kind }) => kind), ...BRANCHES])).toEqual([]);
});
