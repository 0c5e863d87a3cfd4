import { describe, expect, test } from 'vitest';
import { ENGINE_SCRIPTS } from './engine-scripts.js';
import { FOUND_SCRIPTS } from './engine-found-scripts.js';
import { RECORDED_ANOMALIES } from './engine-recorded-anomalies.js';
import { RECORDED_FOUND } from './engine-recorded-found.js';
import { RECORDED } from './engine-recorded.js';
import { engineServer } from './engine-server.js';
import { transcript } from './engine-transcript.js';

const scripts = [...ENGINE_SCRIPTS, ...FOUND_SCRIPTS];
const recorded = { ...RECORDED_ANOMALIES, ...RECORDED, ...RECORDED_FOUND };

describe('the simulated PostgreSQL answers as the real one did', () => {
  test.each(scripts)('$name', async (script) => {
    const server = await engineServer();
    expect(await transcript(server, script)).toEqual(recorded[script.name]);
    server.close();
  });

  test('nothing is recorded that is not run', () => {
    expect(Object.keys(recorded).sort()).toEqual(scripts.map(({ name }) => name).sort());
  });
});
