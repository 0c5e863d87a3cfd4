import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { onTestFinished } from 'vitest';

/** Inside of the repository, so that packages are found; git does not look there. */
const FOLDER = fileURLToPath(new URL('../../.holdfast/', import.meta.url));

export interface TemporaryFiles {
  readonly folder: string;
  path(name: string): string;
  url(name: string): URL;
}

/** Writes files into a folder of their own, which is gone after the test. */
export function temporaryFiles(files: Readonly<Record<string, string>>): TemporaryFiles {
  mkdirSync(FOLDER, { recursive: true });
  const folder = mkdtempSync(join(FOLDER, 'test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = (name: string): string => join(folder, name);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(path(name)), { recursive: true });
    writeFileSync(path(name), text);
  }
  return { folder, path, url: (name) => pathToFileURL(path(name)) };
}
