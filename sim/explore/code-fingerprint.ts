import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Reporting and the command itself can change without changing any run. */
const FOLDERS = ['src', 'models', 'properties', 'sim/kernel', 'sim/nemesis', 'sim/ports', 'sim/servers', 'sim/workloads', 'sim/specimens', 'sim/locks', 'sim'];

/**
 * A short fingerprint of the code that decides what a run does: ours, and the user's modules by their paths. A replay by
 * other code may rightly go another way, and says so.
 */
export function codeFingerprint(modules: readonly string[]): string {
  const hash = createHash('sha256');
  for (const folder of FOLDERS) for (const file of codeFiles(join(ROOT, folder))) hash.update(readFileSync(file));
  for (const module of modules) hash.update(readFileSync(module));
  return hash.digest('hex').slice(0, 12);
}

function codeFiles(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true, recursive: folder !== join(ROOT, 'sim') })
      .filter((entry) => entry.isFile() && ['.ts', '.js'].includes(extname(entry.name)) && !/\.(test|d)\.ts$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  } catch {
    return []; // A folder that this build does not have.
  }
}
