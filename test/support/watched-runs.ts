import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';

export interface WatchedRuns {
  /** The test's own, gone after the last one. */
  readonly folder: string;
  /** Where runs put their temporary files: every process of them has this in its environment. */
  readonly temporary: string;
  /** Processes other than this one that were started with it; where the system tells. */
  readonly processes: () => string[];
}

/** For suites about runs that start processes and make folders: after each test, none of either may be left. */
export function watchedRuns(): WatchedRuns {
  const folder = mkdtempSync(join(tmpdir(), 'chaos-test-'));
  const temporary = join(folder, 'tmp');
  // Servers that run as users of their own have to find their folders.
  chmodSync(folder, 0o755);
  const before = process.env['TMPDIR'];
  const processes = (): string[] =>
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
      .filter((pid) => textOf(`/proc/${pid}/environ`).includes(`TMPDIR=${temporary}\0`) && !/^State:\s*Z/m.test(textOf(`/proc/${pid}/status`)));

  beforeAll(() => {
    mkdirSync(temporary);
    process.env['TMPDIR'] = temporary;
  });
  afterEach(() => {
    expect(readdirSync(temporary).filter((name) => name.startsWith('holdfast-'))).toEqual([]);
    expect(processes()).toEqual([]);
  });
  afterAll(() => {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
    rmSync(folder, { recursive: true });
  });
  return { folder, temporary, processes };
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
