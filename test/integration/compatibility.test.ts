import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { digestsUnder } from '../support/digests-under.js';
import { compatibilityCases, labelOf, runCase, SEEDS } from './compatibility/compatibility-cases.js';
import { compatibilityTable, type Seen, withTable } from './compatibility/compatibility-table.js';

const README = fileURLToPath(new URL('../../README.md', import.meta.url));
const REWRITE = 'HOLDFAST_UPDATE=1 npx vitest run --mode packages test/integration/compatibility.test.ts';

test('every client runs as published, gives the same digests again and in a new process, and README.md says so', { timeout: 300_000 }, async () => {
  const elsewhere = digestsUnder(process.execPath);
  const seen = new Map<string, Seen>();
  for (const one of compatibilityCases) {
    const first = await runCase(one);
    const again = await runCase(one);
    expect(again.digest, labelOf(one)).toBe(first.digest);
    expect(first.seeds, labelOf(one)).toBe(SEEDS);
    for (const [kind, { effective }] of Object.entries(first.faults)) expect(effective, `${kind} on ${labelOf(one)}`).toBeGreaterThan(0);
    seen.set(labelOf(one), { seeds: first.seeds, digest: first.digest, again: again.digest, inNewProcess: undefined });
  }
  const { digests } = await elsewhere;
  for (const [label, one] of seen) {
    expect(digests[label], `${label} in a new process`).toBe(one.digest);
    seen.set(label, { ...one, inNewProcess: digests[label] });
  }

  const readme = await readFile(README, 'utf8');
  const wanted = withTable(readme, compatibilityTable(compatibilityCases, seen));
  if (process.env['HOLDFAST_UPDATE'] === '1') await writeFile(README, wanted);
  else expect(readme, `the table in README.md is not what was just seen; to rewrite it: ${REWRITE}`).toBe(wanted);
});
