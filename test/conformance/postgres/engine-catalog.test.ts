import { describe, expect, test } from 'vitest';
import { CATALOG_SCRIPTS } from './engine-catalog-scripts.js';
import { RECORDED_CATALOG } from './engine-recorded-catalog.js';
import { engineServer } from './engine-server.js';
import { STATEMENT_SCRIPTS } from './engine-statement-scripts.js';
import { transcript } from './engine-transcript.js';

const SCRIPTS = [...CATALOG_SCRIPTS, ...STATEMENT_SCRIPTS];

describe('catalog and statements of the simulated PostgreSQL, as the real one answered', () => {
  test.each(SCRIPTS)('$name', async (script) => {
    const server = await engineServer();
    expect(await transcript(server, script)).toEqual(RECORDED_CATALOG[script.name]);
    server.close();
  });

  test('nothing is recorded that is not run', () => {
    expect(Object.keys(RECORDED_CATALOG).sort()).toEqual(SCRIPTS.map(({ name }) => name).sort());
  });
});
