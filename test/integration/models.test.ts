import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { runHoldfast } from '../support/run-holdfast.js';
import { temporaryFiles } from '../support/temporary-files.js';

const entry = new URL('../../models/index.ts', import.meta.url).href;
const [race = '', repair = ''] = [...readFileSync(fileURLToPath(new URL('../../models/README.md', import.meta.url)), 'utf8').matchAll(/```ts\n(.*?)```/gs)].map(
  ([, code]) => (code ?? '').replace(`'holdfast/models'`, `'${entry}'`),
);

describe('the first race and its repair, as in models/README.md', () => {
  test('the race is found, step by step', async () => {
    const files = temporaryFiles({ 'last-unit.ts': race });
    const { code, stdout } = await runHoldfast(['models', files.path('last-unit.ts')]);
    expect(code).toBe(1);
    expect(stdout).toContain('NoOversell violated in 5 states');
    expect(stdout).toMatch(/5 │ Write\(2\)\s+│ pc\[2\]: has read -> bought/);
  });

  test('its repair holds', async () => {
    const files = temporaryFiles({ 'repaired.ts': repair });
    const { code, stdout } = await runHoldfast(['models', files.path('repaired.ts'), '--json', '--param', 'BUYERS=3', 'stock=2', '--workers', '2']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual([
      {
        model: 'last-unit-repaired',
        params: { BUYERS: 3, STOCK: 2 },
        properties: [
          { name: 'NoOversell', kind: 'invariant', holds: true, counterexampleLength: null },
          { name: 'Answered', kind: 'liveness', holds: true, counterexampleLength: null },
        ],
        distinctStates: expect.any(Number) as number,
        generatedStates: expect.any(Number) as number,
        depth: expect.any(Number) as number,
        finished: true,
        wallMs: expect.any(Number) as number,
        statesPerSecond: expect.any(Number) as number,
      },
    ]);
  });
});

test('all nine, as documented', async () => {
  const { code, stdout } = await runHoldfast(['models', '--json']);
  expect(code).toBe(0);
  const runs = JSON.parse(stdout) as { model: string }[];
  expect(new Set(runs.map(({ model }) => model)).size).toBe(9);
});

test('a lasso says by which step it goes round', async () => {
  const { code, stdout } = await runHoldfast(['models', 'two-locks', '--param', 'N=3', 'ordered=TRUE']);
  expect(code).toBe(1);
  expect(stdout).toContain('From here by Release(2) back to step 2, and so on for ever.');
});

test('a search that is not finished says so', async () => {
  const { code, stdout } = await runHoldfast(['models', 'redlock', '--param', 'TTL=3', '--states', '50000']);
  expect(code).toBe(1);
  expect(stdout).toContain('Not finished');
  expect(stdout).toContain('Mutex undecided');
});
