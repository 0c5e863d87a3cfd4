import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { redlockDigests } from './support/redlock-digests.js';

test('the same seeds give the same digest twice in a process, and in a new process', async () => {
  const digests = await redlockDigests();
  expect(new Set(Object.values(digests)).size).toBe(3);
  expect(await redlockDigests()).toEqual(digests);
  const script = fileURLToPath(new URL('./support/print-redlock-digests.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=source', '--import', 'tsx/esm', script]);
  expect(JSON.parse(stdout)).toEqual(digests);
});
