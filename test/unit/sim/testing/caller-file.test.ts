import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { callerFile } from '../../../../sim/testing/caller-file.js';

test('the first file on the stack that is not the entry itself', () => {
  expect(callerFile(new URL('../../../../sim/node-test.ts', import.meta.url).href)).toBe(fileURLToPath(import.meta.url));
  expect(callerFile(import.meta.url)).not.toBe(fileURLToPath(import.meta.url));
});
