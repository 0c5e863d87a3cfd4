import { expect, test } from 'vitest';
import type { DrainMode } from '../../sim/kernel/drain.js';
import { Search } from '../../sim/explore/search.js';
import { runHoldfast } from '../support/run-holdfast.js';

const SEEDS = Array.from({ length: 200 }, (_, index) => index + 1);

const open = (workload: string): Promise<Search> => Search.open({ workload, lock: 'redis', faults: 'all', fixed: {} });

async function digests(search: Search, drain: DrainMode): Promise<string[]> {
  const found: string[] = [];
  for (const seed of SEEDS) found.push((await search.run(search.scenario(seed), { drain })).digest);
  return found;
}

test('200 seeds give 200 digests, the same ones twice in a process and under either drain', { timeout: 120_000 }, async () => {
  const search = await open('last-item');
  const first = await digests(search, 'tick');
  expect(new Set(first).size).toBe(200);
  expect(await digests(search, 'tick')).toEqual(first);
  expect(await digests(await open('last-item'), 'immediate')).toEqual(first);
});

test.each(['last-item', 'lock', 'hot-sku'])(
  '%s gives the same digest in new processes, with one worker and with two',
  { timeout: 120_000 },
  async (workload) => {
    const campaign = async (workers: number): Promise<unknown> => {
      const { stdout } = await runHoldfast(['sim', '--workload', workload, '--seeds', '200', '--workers', String(workers), '--json']);
      return (JSON.parse(stdout) as { digest: unknown }).digest;
    };
    const [one, two] = await Promise.all([campaign(1), campaign(2)]);
    expect(one).toMatch(/^[0-9a-f]{16}$/);
    expect(two).toBe(one);
  },
);
