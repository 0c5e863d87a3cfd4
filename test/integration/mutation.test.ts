import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { runHoldfast } from '../support/run-holdfast.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** One guard taken out of the production code, and the workload in whose simulation that must be noticed. */
interface Mutant {
  readonly without: string;
  /** Its shrunk scenario in `test/regressions/`. */
  readonly regression: string;
  readonly file: string;
  /** Must be there exactly once. */
  readonly text: string;
  readonly instead: string;
  readonly workload: string;
  /** Found within so many seeds. */
  readonly seeds: number;
  readonly noticedBy: string;
}

const MUTANTS: readonly Mutant[] = [
  {
    without: 'the fence check',
    regression: 'fence-check',
    file: 'src/locks/fencing.lua.ts',
    text: 'if seen and older(token, seen) then return false end',
    instead: '',
    workload: 'last-item',
    seeds: 20,
    noticedBy: 'fencing-monotone',
  },
  {
    without: 'the operation id',
    regression: 'operation-id',
    file: 'src/inventory/redis-stock.lua.ts',
    text: "if verdict then return {verdict, redis.call('HGET', KEYS[4], 'on-hand'), redis.call('HGET', KEYS[4], 'sequence'), 'repeated'} end",
    instead: '',
    workload: 'hot-sku',
    seeds: 200,
    noticedBy: 'stock-conservation',
  },
  {
    without: 'the owner compare',
    regression: 'owner-compare',
    file: 'src/locks/redis-lock.lua.ts',
    text: "local mine = redis.call('HGET', KEYS[1], 'owner') == ARGV[1]",
    instead: 'local mine = true',
    workload: 'lock',
    seeds: 20,
    noticedBy: 'mutual-exclusion',
  },
  {
    without: 'the local deadline',
    regression: 'local-deadline',
    file: 'src/locks/lease.ts',
    text: '    this.#deadline = this.#startDeadline();\n    const',
    instead: '    this.#deadline = { cancel() {} };\n    const',
    workload: 'lock',
    seeds: 200,
    noticedBy: 'lease-ends',
  },
  {
    without: 'the end of the lease by the time of sending',
    regression: 'validity-from-sending',
    file: 'src/locks/redis-lock.ts',
    text: 'return localEnd(sent, ttl, this.#driftPpm);',
    instead: 'return localEnd(this.#clock.now(), ttl, this.#driftPpm);',
    workload: 'last-item',
    seeds: 200,
    noticedBy: 'mutual-exclusion',
  },
  {
    without: 'the drift margin',
    regression: 'drift-margin',
    file: 'src/locks/local-end.ts',
    text: 'return Math.ceil((ttl * 2 * driftPpm) / 1_000_000) + ROUNDING;',
    instead: 'return 0 * ttl * driftPpm * ROUNDING;',
    workload: 'last-item',
    seeds: 200,
    noticedBy: 'mutual-exclusion',
  },
];

const copies: string[] = [];
afterAll(() => {
  for (const copy of copies) rmSync(copy, { recursive: true, force: true });
});

function mutatedCopy({ file, text, instead }: Mutant): string {
  const root = mkdtempSync(join(tmpdir(), 'holdfast-mutant-'));
  copies.push(root);
  for (const part of ['src', 'sim', 'models', 'properties', 'package.json', 'tsconfig.json']) cpSync(join(ROOT, part), join(root, part), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  const whole = readFileSync(join(root, file), 'utf8');
  expect(whole.split(text).length - 1, `${file} has the line that is taken out`).toBe(1);
  writeFileSync(
    join(root, file),
    whole.replace(text, () => instead),
  );
  return root;
}

describe.concurrent('production code without one of its guards is found out by simulation', () => {
  test.each(MUTANTS)('without $without', { timeout: 120_000 }, async (mutant) => {
    const root = mutatedCopy(mutant);
    const { code, stdout, stderr } = await runHoldfast(['sim', '--workload', mutant.workload, '--seeds', String(mutant.seeds), '--workers', '1', '--json'], {
      root,
      cwd: root,
    });
    expect(code, stderr).toBe(1);
    const { violations } = JSON.parse(stdout) as { violations: { property: string }[] };
    expect(violations.map(({ property }) => property)).toContain(mutant.noticedBy);
    const replayed = await runHoldfast(['replay', join(ROOT, 'test/regressions', `${mutant.regression}.json`), '--json'], { root, cwd: root });
    expect(JSON.parse(replayed.stdout)).toMatchObject({ property: mutant.noticedBy });
  });
});
