import { describe, expect, test } from 'vitest';
import { ENGINE_SCRIPTS } from './engine-scripts.js';
import { RECORDED_ANOMALIES } from './engine-recorded-anomalies.js';
import { RECORDED } from './engine-recorded.js';
import { engineServer } from './engine-server.js';
import { transcript } from './engine-transcript.js';

const recorded = { ...RECORDED_ANOMALIES, ...RECORDED };

describe('the simulated PostgreSQL answers as the real one did', () => {
  test.each(ENGINE_SCRIPTS)('$name', async (script) => {
    const server = await engineServer();
    expect(await transcript(server, script)).toEqual(recorded[script.name]);
    server.close();
  });

  test('nothing is recorded that is not run', () => {
    expect(Object.keys(recorded).sort()).toEqual(ENGINE_SCRIPTS.map(({ name }) => name).sort());
  });
});
