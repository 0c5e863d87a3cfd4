import { describe, expect, test } from 'vitest';
import type { Episode } from '../../../../sim/nemesis/fault.js';
import type { Plan } from '../../../../sim/simulate/plan.js';
import { fewerFaults, pinned, smallerNumbers } from '../../../../sim/simulate/plan-candidates.js';

const pause = (atMs: number): Episode => ({ kind: 'pause', atMs, forMs: 40, target: 'shop', strength: 1 });
const plan: Plan = {
  version: 1,
  name: 'x',
  seed: 3,
  faults: [pause(10), pause(20)],
  horizonMs: 500,
  lateness: { oneIn: 2, maxMicroseconds: 9 },
  overrides: {},
};

describe('fewer faults', () => {
  test('none at all first, then without each', () => {
    const all = [...fewerFaults(plan)];
    expect(all[0]).toMatchObject({ faults: [], lateness: null });
    expect(all.map(({ faults }) => faults.map(({ atMs }) => atMs))).toEqual(expect.arrayContaining([[], [10], [20]]));
    expect(all.at(-1)).toEqual({ ...plan, lateness: null });
    expect([...fewerFaults({ ...plan, faults: [], lateness: null })]).toEqual([]);
  });
});

describe('smaller numbers', () => {
  const integers = [
    { label: 'test/integer', index: 0, value: 8 },
    { label: 'test/integer', index: 1, value: 0 },
    { label: 'shop/integer', index: 0, value: 3 },
  ];

  test('drawn ones go towards the least, all at once first; episodes get shorter, sooner and weaker', () => {
    const all = [...smallerNumbers(plan, integers, null)];
    expect(all[0]?.overrides).toEqual({ 'test/integer': { 0: 0 }, 'shop/integer': { 0: 0 } });
    expect(all.map(({ overrides }) => overrides['test/integer']?.[0])).toEqual(expect.arrayContaining([0, 4, 6, 7]));
    expect(all.map(({ faults }) => faults[0]?.forMs)).toEqual(expect.arrayContaining([1, 21, 31]));
    expect(all.map(({ faults }) => faults[1]?.atMs)).toEqual(expect.arrayContaining([0, 10]));
    expect(all.at(-1)).toEqual({ ...plan, horizonMs: 60 });
    for (const candidate of all) expect(candidate).not.toEqual(plan);
  });

  test('pinned keeps what was drawn', () => {
    expect(pinned(plan, integers).overrides).toEqual({ 'test/integer': { 0: 8, 1: 0 }, 'shop/integer': { 0: 3 } });
  });
});
