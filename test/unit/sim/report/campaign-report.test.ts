import pico from 'picocolors';
import { expect, test } from 'vitest';
import type { CampaignResult, CampaignSpec } from '../../../../sim/explore/campaign-result.js';
import { loadPlugins } from '../../../../sim/explore/load-plugins.js';
import { campaignKnobs, campaignReport } from '../../../../sim/report/campaign-report.js';

const colours = pico.createColors(false);
const plugins = await loadPlugins('hot-sku', 'redis');

const spec: CampaignSpec = {
  workload: 'hot-sku',
  lock: 'redis',
  faults: ['pause', 'crash'],
  firstSeed: 100,
  extent: { seeds: 40 },
  workers: 2,
  directory: '.holdfast',
};

const passed: CampaignResult = {
  workload: 'hot-sku',
  lock: 'redis',
  seeds: 40,
  events: 12_345,
  virtualMs: 61_000,
  wallMs: 800,
  digest: 'c0ffee',
  verdict: 'pass',
  violations: [],
  faults: { crash: { injected: 7, effective: 3 }, pause: { injected: 1_200, effective: 1_100 } },
  sometimes: {},
  reasons: [],
};

test.each<[Partial<CampaignSpec>, RegExp]>([
  [{}, /^seeds +100 to 139$/m],
  [{}, /^faults +pause, crash$/m],
  [{}, /^workers +2$/m],
  [{ extent: { timeMs: 90_000 } }, /^seeds +100 on, for 1 min 30 s$/m],
  [{ shard: { index: 2, of: 4 } }, /^seeds +100 to 139; shard 2\/4 of them: 101, 105\.\.\.$/m],
  [{ faults: 'all' }, /^faults +all inside the envelope: delay, /m],
])('the knobs of %j', (change, line) => {
  expect(campaignKnobs({ ...spec, ...change }, plugins, colours)).toMatch(line);
});

test('a pass: each property with its bound, each fault, the totals', () => {
  const report = campaignReport(passed, { plugins, colours });
  for (const property of plugins.workload.check) expect(report).toMatch(new RegExp(`│ ${property} +│ held  0 of 40: below 7\\.3 % a seed, 95 % │`));
  expect(report).toMatch(/│ pause +│ 1,200 +│ 1,100 +│/);
  expect(report).toContain('40 runs, 12,345 events, 1 min 1 s of virtual time in 800 ms, digest c0ffee');
  expect(report.split('\n').at(-1)).toBe('pass: everything held in 40 runs');
});

test('a failure: the story, the file, and the command that replays it', () => {
  const shrunk = { replay: 'hf1.abc', file: '.holdfast/x.json', events: 9, faults: 1, operations: 2 };
  const violation = { property: 'stock-conservation', seed: 107, message: 'one unit was sold twice', ...shrunk };
  const report = campaignReport({ ...passed, verdict: 'fail', violations: [violation] }, { plugins, colours });
  expect(report).toMatch(/│ stock-conservation +│ BROKEN +│ 107 +│ 2 operations, 1 fault, 9 events │/);
  expect(report).toMatch(/\nstock-conservation: one unit was sold twice\n {2}scenario {2}\.holdfast\/x\.json\n {2}replay {4}.*replay hf1\.abc\n/);
  expect(report.split('\n').at(-1)).toBe('fail: 1 property broken');
});

test('a campaign that proves nothing says why, and not at any length', () => {
  const reasons = Array.from({ length: 9 }, (_, index) => `reason ${index}`);
  const report = campaignReport({ ...passed, verdict: 'budget', reasons }, { plugins, colours });
  expect(report.split('\n').at(-1)).toBe('budget: reason 0; reason 1; reason 2; reason 3; reason 4; and 4 more');
});

test('for a workload that names a formal model: the transitions of it that no run has shown', () => {
  const told = (never: string[]): string =>
    campaignReport({ ...passed, transitions: { model: 'fenced-lease-lock', shown: { Enter: 40, GiveUp: 0 }, never } }, { plugins, colours });
  expect(told(['GiveUp'])).toContain('\nmodel transitions of fenced-lease-lock never shown: "GiveUp"\n');
  expect(told([])).toContain('\nevery one of the 2 model transitions of fenced-lease-lock was shown\n');
  expect(campaignReport(passed, { plugins, colours })).not.toContain('model transitions');
});
