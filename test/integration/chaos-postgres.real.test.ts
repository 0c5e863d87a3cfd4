import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseHistory } from '../../models/history-file.js';
import type { ChaosSpec } from '../../sim/chaos/chaos-result.js';
import { runChaos } from '../../sim/chaos/run-chaos.js';
import { watchedRuns } from '../support/watched-runs.js';

const { folder } = watchedRuns();
const spec: ChaosSpec = { backends: ['postgres'], lock: 'postgres-lease', workload: 'last-item', timeMs: 8_000, directory: join(folder, 'histories') };

test.each(['last-item', 'lock', 'hot-sku'])('our lease lock and stock hold on a real PostgreSQL behind pgbouncer: %s', async (workload) => {
  const result = await runChaos({ ...spec, workload });
  expect(result.violations).toEqual([]);
  expect(result.verdict).not.toBe('fail');
  expect(result.grants).toBeGreaterThan(0);
  expect(result.effectiveFaults).toBeGreaterThan(5);
  expect(Object.keys(result.faults)).toEqual(expect.arrayContaining(['restart', 'backend-kill', 'pooler-kill', 'server-pause', 'commit-reply-lost']));
  const history = parseHistory(readFileSync(result.file, 'utf8'));
  const granted = history.records.filter((record) => record.type === 'operation' && record.operation === 'acquire' && record.status === 'ok');
  expect(granted.length).toBe(result.grants);
});

test('they hold without a pooler, and when there is little to sell', async () => {
  const result = await runChaos({ ...spec, pooler: false, stock: 40 });
  expect(result.violations).toEqual([]);
  expect(result.faults['pooler-kill']).toBeUndefined();
  expect(result.sometimes['sold out']).toBe(1);
});

test('both back ends can be asked for: those start that somebody uses', async () => {
  const result = await runChaos({ ...spec, backends: ['redis', 'postgres'], workload: 'hot-sku', lock: 'redis', timeMs: 2_000 });
  expect(result.violations).toEqual([]);
  expect(result.faults['backend-kill']).toBeUndefined();
});

test.each<readonly [lock: string, broken: string, more: Partial<ChaosSpec>]>([
  ['check-then-update', 'stock-conservation', {}],
  ['article-sql', 'stock-conservation', { stock: 20 }],
  ['session-lock-behind-pooler', 'mutual-exclusion', {}],
])('%s is caught', async (lock, broken, more) => {
  const { verdict, violations } = await runChaos({ ...spec, lock, ...more, timeMs: 4_000 });
  expect(verdict).toBe('fail');
  expect(violations.map(({ property }) => property)).toContain(broken);
});
