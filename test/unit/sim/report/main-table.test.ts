import pico from 'picocolors';
import { expect, test } from 'vitest';
import type { CampaignResult } from '../../../../sim/explore/campaign-result.js';
import { howToRead, mainTable, outcomeOf, type MainRow } from '../../../../sim/report/main-table.js';

const plain = pico.createColors(false);

const clean: CampaignResult = {
  workload: 'lock',
  lock: 'redis',
  seeds: 4_000,
  events: 1_000_000,
  virtualMs: 18_720_000,
  wallMs: 9_000,
  digest: 'c0ffee',
  verdict: 'pass',
  violations: [],
  faults: { pause: { injected: 900, effective: 700 }, crash: { injected: 400, effective: 300 } },
  sometimes: {},
  reasons: [],
};

const broken: CampaignResult = {
  ...clean,
  workload: 'last-item',
  lock: 'no-lock',
  seeds: 200,
  verdict: 'fail',
  violations: [
    { property: 'mutual-exclusion', seed: 1, message: 'two at once', replay: 'hf1.a', file: '.holdfast/a.json', events: 40, faults: 1, operations: 3 },
    { property: 'stock-conservation', seed: 3, message: 'one sold twice', replay: 'hf1.b', file: '.holdfast/b.json', events: 84, faults: 0, operations: 2 },
  ],
};

const asked = ['mutual-exclusion', 'fencing-monotone', 'stock-conservation'];
const rows: MainRow[] = [
  { lock: 'redis', workload: 'lock', mustBreak: null, asked, result: clean },
  { lock: 'no-lock', workload: 'last-item', mustBreak: 'stock-conservation', asked, result: broken },
];

/** The cells of the first line of the table that contains `text`. */
const cellsWith = (drawn: string, text: string): string[] =>
  (drawn.split('\n').find((line) => line.includes(text)) ?? '')
    .split('│')
    .map((cell) => cell.trim())
    .filter((cell) => cell !== '');

test('a clean row states its numbers and its bound', () => {
  const drawn = mainTable(rows, 1, plain, 120);
  expect(cellsWith(drawn, '5 h 12 min')).toEqual(['redis', '4,000', '5 h 12 min', '1,000', '✓ mutual-exclusion    ✓ fencing-monotone', 'none']);
  expect(drawn).toContain('0 of 4,000: below 0.075 % a seed, 95 %');
});

test('a broken row says what broke, when the property that is meant first broke, and how to replay it', () => {
  const drawn = mainTable(rows, 1, plain, 120);
  expect(cellsWith(drawn, 'no-lock')).toEqual(['no-lock', '200', '5 h 12 min', '1,000', '✗ mutual-exclusion    ✗ stock-conservation', '3']);
  expect(drawn).toContain('✓ fencing-monotone');
  expect(drawn).toContain('stock-conservation, in 2 operations, no fault, 84 events: one sold twice');
  expect(drawn).toMatch(/replay \.holdfast\/b\.json/);
});

test('seeds to the first violation are counted from the first seed', () => {
  const result = { ...broken, violations: broken.violations.map((violation) => ({ ...violation, seed: violation.seed + 1_000 })) };
  expect(cellsWith(mainTable([{ ...rows[1]!, result }], 1_001, plain, 120), 'no-lock')).toContain('3');
});

test.each([80, 119, 120])('fits %i columns', (columns) => {
  const lines = mainTable(rows, 1, plain, columns).split('\n');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
  expect(new Set(lines.map((line) => line.length)).size).toBe(1);
});

test.each<[string, Partial<MainRow>, Partial<CampaignResult>, RegExp]>([
  ['ours breaks', { mustBreak: null }, {}, /BROKEN, and it must hold/],
  ['ours is vacuous', { mustBreak: null }, { verdict: 'vacuous', violations: [], reasons: ['pause did nothing'] }, /vacuous: pause did nothing/],
  ['a specimen escapes', {}, { verdict: 'pass', violations: [] }, /NOT CAUGHT by stock-conservation in 200 runs/],
  ['a specimen is caught by another property only', { mustBreak: 'fencing-monotone' }, {}, /NOT CAUGHT by fencing-monotone/],
])('it is not as it should be when %s', (_, row, result, said) => {
  const wrong: MainRow = { ...rows[1]!, ...row, result: { ...broken, ...result } };
  expect(outcomeOf(wrong)).toBe('not as it should be');
  expect(mainTable([wrong], 1, plain, 120)).toMatch(said);
  expect(howToRead([rows[0]!, wrong], 20_000, plain, 120)).toMatch(/^NOT as it should be: no-lock on last-item \(/);
});

test('all is as it should be', () => {
  expect(rows.map(outcomeOf)).toEqual(['as it should be', 'as it should be']);
  expect(howToRead(rows, 20_000, plain, 120)).toMatch(/^As it should be: ours held, .* \(4,200 runs, 10 h 24 min of virtual time, in 20 s\)\./);
});
