import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { realServer } from './engine-real-server.js';
import { SERIALIZABLE_SCRIPTS } from './engine-serializable-scripts.js';
import { engineServer } from './engine-server.js';
import { transcript } from './engine-transcript.js';

describe('SERIALIZABLE of a real PostgreSQL and of the simulated one, statement by statement', () => {
  let real: Awaited<ReturnType<typeof realServer>>;

  beforeAll(async () => {
    real = await realServer();
  }, 30_000);

  afterAll(() => real.close());

  test.each(SERIALIZABLE_SCRIPTS)(
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
