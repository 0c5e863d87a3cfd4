import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { faultKinds } from '../../../../sim/nemesis/faults.js';
import type { Plan } from '../../../../sim/simulate/plan.js';
import { divergence, recordedRunOf, replayToken } from '../../../../sim/simulate/replay-token.js';

const count = fc.nat({ max: 100_000 });
const plan: fc.Arbitrary<Plan> = fc.record({
  version: fc.constant(1 as const),
  name: fc.string(),
  seed: count,
  faults: fc.array(fc.record({ kind: fc.constantFrom(...faultKinds), atMs: count, forMs: count, target: fc.string(), strength: fc.integer() }), {
    maxLength: 4,
  }),
  horizonMs: count,
  lateness: fc.option(fc.record({ oneIn: fc.integer({ min: 1, max: 20 }), maxMicroseconds: count })),
  overrides: fc.dictionary(fc.stringMatching(/^[a-z]+\/integer$/), fc.dictionary(fc.nat({ max: 20 }).map(String), count), { maxKeys: 3 }),
});
const marks = (events: number, digestAt: (event: number) => string) =>
  Array.from({ length: events }, (_, at) => ({ event: 16 * (at + 1), digest: digestAt(16 * (at + 1)) }));

describe('a token', () => {
  test('holds the plan, and enough of the digests', () => {
    fc.assert(
      fc.property(plan, fc.nat({ max: 64 }), (drawn, checkpoints) => {
        const recorded = recordedRunOf(replayToken({ plan: drawn, digest: '0123456789abcdef', checkpoints: marks(checkpoints, () => 'feedbeeffeedbeef') }));
        expect(recorded.plan).toEqual(drawn);
        expect(recorded.digest).toBe('01234567');
        expect(recorded.checkpoints.length).toBeLessThanOrEqual(12);
      }),
      { numRuns: 100 },
    );
  });

  test('that is damaged says so in one line', () => {
    const calm = { version: 1 as const, name: 'x', seed: 1, faults: [], horizonMs: 0, lateness: null, overrides: {} };
    const token = replayToken({ plan: calm, digest: 'abc', checkpoints: [] });
    const wrong = [token.slice(0, -1), `${token}x`, token.replace('hp1.', 'hp2.'), token.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')), ''];
    for (const other of wrong) expect(() => recordedRunOf(other)).toThrow(/^the replay token is damaged: copy it whole, from "hp1\." to its last character$/);
    expect(recordedRunOf(` ${token}\n`).plan).toEqual(calm);
    expect(() => recordedRunOf('hf1.abc.def')).toThrow(/^this is a replay token of another kind: it is one of "holdfast sim"/);
  });
});

describe('two runs part', () => {
  const calm = { version: 1 as const, name: 'x', seed: 1, faults: [], horizonMs: 0, lateness: null, overrides: {} };
  const recorded = recordedRunOf(replayToken({ plan: calm, digest: '11111111', checkpoints: marks(10, (event) => `aaaaaa${event}`) }));

  test('nowhere, when the digest is the same, or none is known', () => {
    expect(divergence(recorded, { plan: calm, digest: '11111111ffff', checkpoints: [], events: 170 })).toBeNull();
    expect(divergence({ ...recorded, digest: '' }, { plan: calm, digest: '2', checkpoints: [], events: 170 })).toBeNull();
  });

  test('behind the last checkpoint that agrees', () => {
    const now = marks(10, (event) => (event > 80 ? 'other' : `aaaaaa${event}`));
    expect(divergence(recorded, { plan: calm, digest: '2', checkpoints: now, events: 170 })).toEqual([80, 96]);
    const end = marks(10, (event) => `aaaaaa${event}`);
    expect(divergence(recorded, { plan: calm, digest: '2', checkpoints: end, events: 170 })).toEqual([160, 170]);
  });
});
