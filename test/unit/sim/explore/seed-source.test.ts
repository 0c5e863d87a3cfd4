import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SeedSource } from '../../../../sim/explore/seed-source.js';

const drained = (source: SeedSource): number[] => {
  const seeds: number[] = [];
  for (let more = source.take(); more.length > 0; more = source.take()) seeds.push(...more);
  return seeds;
};

test('the shards of a campaign have all its seeds, each once, each shard every n-th in order', () => {
  fc.assert(
    fc.property(fc.nat(1_000_000), fc.nat(300), fc.integer({ min: 1, max: 40 }), (firstSeed, seeds, of) => {
      const shards = Array.from({ length: of }, (_, at) => {
        const source = new SeedSource({ firstSeed, extent: { seeds }, shard: { index: at + 1, of } }, () => 0);
        const taken = drained(source);
        expect(taken.length).toBe(source.total);
        expect(taken).toEqual(taken.map((_, place) => firstSeed + at + place * of));
        return taken;
      });
      expect(shards.flat().toSorted((one, other) => one - other)).toEqual(Array.from({ length: seeds }, (_, at) => firstSeed + at));
    }),
  );
});

test('without shards it is one of one', () => {
  expect(drained(new SeedSource({ firstSeed: 5, extent: { seeds: 20 } }, () => 0))).toEqual(Array.from({ length: 20 }, (_, at) => 5 + at));
});

test('with a time it gives seeds until the time is over, and does not know how many', () => {
  let elapsed = 0;
  const source = new SeedSource({ firstSeed: 1, extent: { timeMs: 100 }, shard: { index: 2, of: 3 } }, () => elapsed);
  expect(source.total).toBeNull();
  const [first, second] = [source.take(), source.take()];
  expect([...first, ...second]).toEqual(Array.from({ length: first.length + second.length }, (_, at) => 2 + 3 * at));
  elapsed = 100;
  expect(source.take()).toEqual([]);
});
