import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { codeFingerprint } from '../../../../sim/explore/code-fingerprint.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-fingerprint-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("twelve digits, the same for the same code; a user's module counts by what is in it", () => {
  const module = join(folder, 'lock.ts');
  const other = join(folder, 'other.ts');
  writeFileSync(module, 'export default 1;');
  writeFileSync(other, 'export default 1;');
  const before = codeFingerprint([module]);
  expect(before).toMatch(/^[0-9a-f]{12}$/);
  expect(codeFingerprint([module])).toBe(before);
  expect(codeFingerprint([other])).toBe(before);
  expect(codeFingerprint([])).not.toBe(before);
  writeFileSync(module, 'export default 2;');
  expect(codeFingerprint([module])).not.toBe(before);
});
