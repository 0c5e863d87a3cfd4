import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findPgbouncer } from '../../../../sim/chaos/real-pgbouncer.js';
import { UserInputError } from '../../../../sim/user-input-error.js';

test('it is found where Debian has it too; where there is none, one line tells how to get one, or to do without', () => {
  const folder = mkdtempSync(join(tmpdir(), 'find-pgbouncer-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const look = () => findPgbouncer('', [folder]);
  expect(look).toThrow(UserInputError);
  expect(look).toThrow(/^no pgbouncer on this machine: install it .* --no-pooler$/);
  writeFileSync(join(folder, 'pgbouncer'), '', { mode: 0o755 });
  expect(look()).toBe(join(folder, 'pgbouncer'));
});
