import { describe, expect, test } from 'vitest';
import { Search } from '../../sim/explore/search.js';
import { operationsOf } from '../../sim/scenario.js';
import { locks, specimens } from '../../sim/registry.js';
import type { FaultKind } from '../../src/locks/envelope.js';

const MOST_SEEDS = 500;

const open = (workload: string, lock: string, faults: 'all' | readonly FaultKind[] = 'all'): Promise<Search> =>
  Search.open({ workload, lock, faults, fixed: {} });

async function firstSeedBreaking(search: Search, property: string): Promise<number | null> {
  for (let seed = 1; seed <= MOST_SEEDS; seed++) {
    const { violated } = await search.seed(seed);
    if (violated.some((violation) => violation.property === property)) return seed;
  }
  return null;
}

describe.each([...specimens])('specimen %s', (name, { definition, workload, caughtBy }) => {
  test(`is caught by ${caughtBy.join(' and ')}, on seeds where ours passes, and shrinks to a few steps`, { timeout: 120_000 }, async () => {
    const search = await open(workload, name);
    const ours = await open(workload, definition.needs.includes('postgres') ? 'postgres-lease' : 'redis');
    for (const property of caughtBy) {
      const seed = await firstSeedBreaking(search, property);
      expect(seed, `${property} within ${MOST_SEEDS} seeds`).not.toBeNull();
      expect((await ours.seed(seed as number)).violated).toEqual([]);
      const { finding } = await search.shrink(seed as number, property, () => undefined);
      expect(operationsOf(finding.scenario)).toBeLessThanOrEqual(12);
      expect(finding.scenario.faults.length).toBeLessThanOrEqual(2);
    }
  });
});

test('the last-item race without a lock shrinks to two buyers, one unit and no fault', { timeout: 60_000 }, async () => {
  const search = await open('last-item', 'no-lock');
  const seed = await firstSeedBreaking(search, 'stock-conservation');
  const { finding } = await search.shrink(seed as number, 'stock-conservation', () => undefined);
  expect(finding.scenario.clients.map((operations) => operations.length)).toEqual([1, 1]);
  expect(finding.scenario.params['stock']).toBe(1);
  expect(finding.scenario.faults).toEqual([]);
});

describe('one notch outside the envelope of our locks', () => {
  test.each([
    ['redis', 'clock-step', 'mutual-exclusion'],
    ['redis', 'flush', 'mutual-exclusion'],
    ['postgres-lease', 'clock-step', 'mutual-exclusion'],
  ] as const)('%s: %s breaks %s within 500 seeds', { timeout: 120_000 }, async (lock, fault, property) => {
    expect(await firstSeedBreaking(await open('lock', lock, [fault]), property)).not.toBeNull();
  });
});

test('hot-sku needs no lock: its conditional statement holds though everyone is granted everything', { timeout: 60_000 }, async () => {
  const search = await open('hot-sku', 'no-lock');
  for (let seed = 1; seed <= 200; seed++) expect((await search.seed(seed)).violated).toEqual([]);
});

test('our locks hold on every workload', { timeout: 120_000 }, async () => {
  for (const workload of ['lock', 'last-item', 'hot-sku', 'basket']) {
    for (const lock of locks.keys()) {
      const search = await open(workload, lock);
      for (let seed = 1; seed <= 50; seed++) expect((await search.seed(seed)).violated, `${lock}, ${workload}, seed ${seed}`).toEqual([]);
    }
  }
});
