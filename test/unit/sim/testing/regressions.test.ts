import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { calmPlan } from '../../../../sim/simulate/plan.js';
import { Regressions, regressionsPath } from '../../../../sim/testing/regressions.js';
import { temporaryFiles } from '../../../support/temporary-files.js';

const pause = { kind: 'pause', atMs: 3, forMs: 20, target: 'shop', strength: 1 } as const;
const regression = (name: string, seed: number) => ({ found: 'oversold', isSmallest: true, plan: { ...calmPlan(name, seed), faults: [pause] } });

test.each([
  ['/a/shop.test.ts', '/a/shop.test.regressions.json'],
  ['/a/shop.test.mjs', '/a/shop.test.regressions.json'],
  ['/a.b/shop', '/a.b/shop.regressions.json'],
])('%s has %s', (file, expected) => {
  expect(regressionsPath(file)).toBe(expected);
});

test('what was added comes back, by test, and the file can be read by people', () => {
  const files = temporaryFiles({});
  const regressions = Regressions.beside(files.path('shop.test.ts'));
  expect(regressions.of('sells')).toEqual([]);
  expect(regressions.add(regression('sells', 1))).toBe('added');
  expect(regressions.add(regression('sells', 2))).toBe('added');
  expect(regressions.add(regression('refunds', 1))).toBe('added');
  expect(regressions.of('sells')).toEqual([regression('sells', 1), regression('sells', 2)]);
  expect(regressions.names).toEqual(['sells', 'refunds']);
  expect(readFileSync(regressions.path, 'utf8')).toContain('"faults": [{ "kind": "pause", "atMs": 3, "forMs": 20, "target": "shop", "strength": 1 }]');
  // Written beside and moved: no draft is left.
  expect(readdirSync(files.folder)).toEqual(['shop.test.regressions.json']);
});

test('a test may be called as what every object has', () => {
  const regressions = Regressions.beside(temporaryFiles({}).path('shop.test.ts'));
  expect(regressions.of('constructor')).toEqual([]);
  expect(regressions.add(regression('toString', 1))).toBe('added');
  expect(regressions.of('toString')).toEqual([regression('toString', 1)]);
});

test('the same plan is not added twice', () => {
  const regressions = Regressions.beside(temporaryFiles({}).path('shop.test.ts'));
  regressions.add(regression('sells', 1));
  const text = readFileSync(regressions.path, 'utf8');
  expect(regressions.add({ ...regression('sells', 1), found: 'oversold by 2' })).toBe('there');
  expect(readFileSync(regressions.path, 'utf8')).toBe(text);
});

test.each([
  ['{ "holdfast"', /^.*shop\.test\.regressions\.json is damaged \(.*\): mend it, take it from version control, or delete it$/],
  ['{ "holdfast": "finding" }', /is damaged \(holdfast: .*\)/],
  [
    '{ "holdfast": "regressions", "about": "", "tests": { "sells": [{ "found": "x", "isSmallest": true, "plan": { "version": 2 } }] } }',
    /is damaged \(tests\.sells\.0\.plan\.version: /,
  ],
])('a damaged file is one clear line: %s', (text, message) => {
  const files = temporaryFiles({ 'shop.test.regressions.json': text });
  expect(() => Regressions.beside(files.path('shop.test.ts')).of('sells')).toThrow(message);
});

test('one that cannot be read says so', () => {
  const files = temporaryFiles({});
  mkdirSync(files.path('shop.test.regressions.json'));
  expect(() => Regressions.beside(files.path('shop.test.ts')).of('sells')).toThrow(/regressions\.json cannot be read: EISDIR/);
});
