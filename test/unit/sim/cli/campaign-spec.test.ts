import { expect, test } from 'vitest';
import { campaignSpec, type SimOptions } from '../../../../sim/cli/campaign-spec.js';
import { UserInputError } from '../../../../sim/user-input-error.js';

test('defaults', () => {
  const { workers, ...spec } = campaignSpec({});
  expect(spec).toEqual({ workload: 'last-item', lock: 'redis', faults: 'all', firstSeed: 1, extent: { seeds: 200 }, directory: '.holdfast' });
  expect(workers).toBeGreaterThanOrEqual(1);
  expect(workers).toBeLessThanOrEqual(8);
});

test('every option', () => {
  const options = { workload: 'hot-sku', lock: './my-lock.ts', seeds: '12', seed: '0', faults: 'pause, crash', workers: '3', shard: '2/5' };
  expect(campaignSpec(options)).toEqual({
    workload: 'hot-sku',
    lock: './my-lock.ts',
    faults: ['pause', 'crash'],
    firstSeed: 0,
    extent: { seeds: 12 },
    workers: 3,
    shard: { index: 2, of: 5 },
    directory: '.holdfast',
  });
});

test('time instead of seeds, in seconds', () => {
  expect(campaignSpec({ time: '1.5' }).extent).toEqual({ timeMs: 1_500 });
});

test('a specimen is a lock too', () => {
  expect(campaignSpec({ lock: 'no-fence', faults: 'none' })).toMatchObject({ lock: 'no-fence', faults: 'none' });
});

test('the largest seed is the last safe integer', () => {
  const last = Number.MAX_SAFE_INTEGER;
  expect(campaignSpec({ seed: String(last - 1), seeds: '1' }).firstSeed).toBe(last - 1);
  expect(() => campaignSpec({ seed: String(last - 1), seeds: '2' })).toThrow(/--seed \d+ leaves no room for 2 seeds: give at most 9007199254740989/);
});

const badInput: [SimOptions, RegExp][] = [
  [{ lock: 'redsi' }, /^there is no lock "redsi" \(did you mean redis.*\?\); there is redis, .*no-lock.*, or the path of a module/],
  [{ workload: 'last-itm' }, /^there is no workload "last-itm" \(did you mean last-item\?\); there is .*hot-sku/],
  [{ faults: 'pausee' }, /^there is no fault "pausee" \(did you mean pause\?\); there is delay, .*, all or none$/],
  [{ faults: '' }, /^there is no fault ""/],
  [{ faults: 'pause,,crash' }, /^there is no fault ""/],
  [{ faults: 'pause,pause' }, /^--faults names pause twice/],
  [{ faults: 'all,pause' }, /^--faults takes all alone or a list of faults, not both, got "all,pause"$/],
  [{ faults: 'pause,none' }, /^--faults takes none alone/],
  [{ seed: 'one' }, /^--seed must be a whole number from 0 to 9007199254740990, got "one"$/],
  [{ seed: '1.5' }, /^--seed must be/],
  [{ seed: '-1' }, /^--seed must be/],
  [{ seed: '1e3' }, /^--seed must be/],
  [{ seed: '0x10' }, /^--seed must be/],
  [{ seed: '' }, /^--seed must be/],
  [{ seed: '9007199254740992' }, /^--seed must be/],
  [{ seeds: '0' }, /^--seeds must be a whole number from 1 to/],
  [{ seeds: '--json' }, /^--seeds must be .*, got "--json"$/],
  [{ seeds: '5', time: '5' }, /^--seeds and --time exclude each other/],
  [{ time: '0' }, /^--time must be a number of seconds from 0.001 to 604800, got "0"$/],
  [{ time: '-3' }, /^--time must be/],
  [{ time: '10s' }, /^--time must be/],
  [{ time: '1000000000' }, /^--time must be/],
  [{ workers: '0' }, /^--workers must be a whole number from 1 to 64, got "0"$/],
  [{ workers: '65' }, /^--workers must be/],
  [{ shard: '1' }, /^--shard must be i\/n, for example 1\/4/],
  [{ shard: '1/0' }, /^--shard must be i\/n/],
  [{ shard: '-1/2' }, /^--shard must be i\/n/],
  [{ shard: 'a/b' }, /^--shard must be i\/n/],
  [{ shard: '0/4' }, /^--shard 0\/4 is out of range: with 4 in all, the first number is from 1 to 4$/],
  [{ shard: '5/4' }, /^--shard 5\/4 is out of range/],
  [{ shard: '3/4', seeds: '2' }, /^--shard 3\/4 of 2 seeds would be empty: give at least 3 seeds$/],
];

test.each(badInput)('%j is bad input', (options, message) => {
  expect(() => campaignSpec(options)).toThrow(UserInputError);
  expect(() => campaignSpec(options)).toThrow(message);
});

test('what was typed is told on one line, however long', () => {
  expect(() => campaignSpec({ lock: `a\nb${'c'.repeat(500)}` })).toThrow(/^there is no lock "a\\nbc+\.\.\."; there is [^\n]{1,600}$/);
});
