import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FOUND_SCRIPTS } from './engine-found-scripts.js';
import { ENGINE_SCRIPTS } from './engine-scripts.js';
import { realServer } from './engine-real-server.js';
import { engineServer } from './engine-server.js';
import { transcript } from './engine-transcript.js';

describe('a real PostgreSQL and the simulated one, statement by statement', () => {
  let real: Awaited<ReturnType<typeof realServer>>;

  beforeAll(async () => {
    real = await realServer();
  }, 30_000);

  afterAll(() => real.close());

  test.each([...ENGINE_SCRIPTS, ...FOUND_SCRIPTS])(
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
