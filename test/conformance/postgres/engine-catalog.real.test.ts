import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CATALOG_SCRIPTS } from './engine-catalog-scripts.js';
import { realServer } from './engine-real-server.js';
import { engineServer } from './engine-server.js';
import { STATEMENT_SCRIPTS } from './engine-statement-scripts.js';
import { transcript } from './engine-transcript.js';

describe('catalog and statements of a real PostgreSQL and of the simulated one', () => {
  let real: Awaited<ReturnType<typeof realServer>>;

  beforeAll(async () => {
    real = await realServer();
  }, 30_000);

  afterAll(() => real.close());

  test.each([...CATALOG_SCRIPTS, ...STATEMENT_SCRIPTS])(
    '$name',
    async (script) => {
      const simulated = await engineServer();
      const [expected, found] = [await transcript(real, script), await transcript(simulated, script)];
      simulated.close();
      expect(found).toEqual(expected);
    },
    20_000,
  );
});
