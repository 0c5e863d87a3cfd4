import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findPostgres } from '../../../../sim/chaos/real-postgres.js';
import { UserInputError } from '../../../../sim/user-input-error.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'find-postgres-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** A folder with these programs in it. */
function programs(name: string, ...names: readonly string[]): string {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  for (const program of names) writeFileSync(join(path, program), '', { mode: 0o755 });
  return path;
}

test('a machine without PostgreSQL hears in one line how to get one', () => {
  const look = () => findPostgres(folder, join(folder, 'none'));
  expect(look).toThrow(UserInputError);
  expect(look).toThrow(/^no PostgreSQL on this machine: install it .*$/);
});

test('the first folder on the path that has all its programs is taken', () => {
  const half = programs('half', 'postgres');
  const whole = programs('whole', 'postgres', 'initdb');
  expect(findPostgres([half, whole].join(delimiter), folder)).toBe(whole);
});

test("else the newest of Debian's, by number", () => {
  programs('debian/9/bin', 'postgres', 'initdb');
  const newest = programs('debian/15/bin', 'postgres', 'initdb');
  programs('debian/16/bin', 'pg_dump');
  expect(findPostgres('', join(folder, 'debian'))).toBe(newest);
});
