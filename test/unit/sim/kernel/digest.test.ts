import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Digest, hashOf } from '../../../../sim/kernel/digest.js';

const digestOf = (words: readonly number[]): string => {
  const digest = new Digest();
  for (const word of words) digest.mix(word);
  return digest.value;
};

const payloads = fc.letrec((tie) => ({
  leaf: fc.oneof(fc.string(), fc.string({ minLength: 18, maxLength: 40 }), fc.maxSafeInteger(), fc.boolean(), fc.constant(null), fc.bigInt(), fc.uint8Array()),
  any: fc.oneof({ withCrossShrink: true }, tie('leaf'), fc.array(tie('any')), fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), tie('any'))),
})).any;

test('16 hexadecimal digits, the same for the same words', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), (words) => {
      expect(digestOf(words)).toMatch(/^[0-9a-f]{16}$/);
      expect(digestOf(words)).toBe(digestOf(words));
    }),
  );
});

test('any single word that changes, goes, comes or moves changes both lanes', () => {
  fc.assert(
    fc.property(fc.array(fc.integer(), { minLength: 2, maxLength: 20 }), fc.nat(), fc.integer(), (words, place, other) => {
      const at = place % words.length;
      fc.pre(words[at] !== other);
      const original = digestOf(words);
      const swapped = words.with(at, words[(at + 1) % words.length]!).with((at + 1) % words.length, words[at]!);
      const others = [words.with(at, other), words.toSpliced(at, 1), words.toSpliced(at, 0, other), swapped];
      for (const changed of others.filter((list) => list.join() !== words.join())) {
        expect(digestOf(changed).slice(0, 8)).not.toBe(original.slice(0, 8));
        expect(digestOf(changed).slice(8)).not.toBe(original.slice(8));
      }
    }),
  );
});

test('equal payloads have equal hashes, also when they are other objects', () => {
  fc.assert(
    fc.property(payloads, fc.integer(), (payload, seed) => {
      expect(hashOf(structuredClone(payload), seed)).toBe(hashOf(payload, seed));
    }),
  );
});

test('payloads that differ have different hashes', () => {
  const different = [
    undefined,
    null,
    true,
    false,
    0,
    1,
    3,
    5,
    7,
    11,
    -1,
    4294967295,
    4294967296,
    2 ** 53 - 1,
    0.5,
    Number.NaN,
    'a',
    'b',
    '',
    '1',
    12345678901234567890n,
    'x'.repeat(20),
    'x'.repeat(21),
    [],
    [[]],
    [null],
    [undefined],
    ['a'],
    ['a', 'b'],
    [['a'], 'b'],
    [['a', 'b']],
    {},
    { a: 1 },
    { b: 1 },
    { a: 1, b: 2 },
    { a: { b: 1 }, c: 2 },
    { a: { b: 1, c: 2 } },
    [{}, {}],
    new Uint8Array(0),
    new Uint8Array([1]),
    new Uint8Array([1, 0]),
  ];
  const hashes = different.map((payload) => hashOf(payload, 42));
  expect(different.filter((_, at) => hashes.indexOf(hashes[at]!) !== at)).toEqual([]);
});
