import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Files by their path from the root, with `/`: what the rules look at, whether on disk or made up by a test. */
export type Tree = ReadonlyMap<string, string>;

/** What `.gitignore` names, and git itself. */
const ignored = new Set(['.git', 'node_modules', 'dist', 'coverage', '.holdfast']);

/** The repository as it is on disk, without what git ignores. */
export function repositoryTree(): Tree {
  const root = fileURLToPath(new URL('../../../', import.meta.url));
  const paths = [...filesUnder(root)].filter((path) => !path.endsWith('.log')).sort();
  return new Map(paths.map((path) => [relative(root, path).replaceAll('\\', '/'), readFileSync(path, 'utf8')]));
}

function* filesUnder(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (ignored.has(entry.name)) continue;
    if (entry.isDirectory()) yield* filesUnder(join(folder, entry.name));
    else if (entry.isFile()) yield join(folder, entry.name);
  }
}

/** Only the TypeScript in it. */
export function* sources(tree: Tree): Generator<readonly [path: string, text: string]> {
  for (const [path, text] of tree) if (path.endsWith('.ts') && !path.endsWith('.d.ts')) yield [path, text];
}

export const isTest = (path: string): boolean => path.startsWith('test/') || path.endsWith('.test.ts');

/** Production code: what the package ships. */
export const isShipped = (path: string): boolean => /^(src|sim|models|properties)\//.test(path) && !isTest(path);
