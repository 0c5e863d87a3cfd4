import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findRedisServer } from '../../../../sim/chaos/real-redis.js';
import { UserInputError } from '../../../../sim/user-input-error.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'find-redis-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

test('a machine without redis-server hears in one line how to get one', () => {
  const look = () => findRedisServer(folder);
  expect(look).toThrow(UserInputError);
  expect(look).toThrow(/^no redis-server on this machine: install it .*$/);
});

test('the first one on the path is taken; folders and files that cannot be run are not', () => {
  const folders = ['none', 'folder', 'text', 'right', 'second'].map((name) => join(folder, name));
  for (const path of folders) mkdirSync(path);
  const [, asFolder = '', asText = '', right = '', second = ''] = folders.map((path) => join(path, 'redis-server'));
  mkdirSync(asFolder);
  writeFileSync(asText, '');
  for (const file of [right, second]) {
    writeFileSync(file, '');
    chmodSync(file, 0o755);
  }
  expect(findRedisServer(folders.join(delimiter))).toBe(right);
});
