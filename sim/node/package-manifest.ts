import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { registerStandIn } from '../kernel/guards.js';
import { runningNode } from './node-hosts.js';

type ReadOptions = BufferEncoding | { encoding?: BufferEncoding } | null;
type ReadCallback = (error: Error | null, content?: unknown) => void;

/**
 * Packages read their own package.json to tell a server their version. That is as good as code: it is read at once, from the real
 * file system, and is the same in every run. All other asynchronous reading stays an escape.
 */
export function installPackageManifests(): void {
  registerStandIn('fs.readFile', (_, [path]) => (isManifest(path) ? readByCallback : null));
  registerStandIn('fs/promises.readFile', (_, [path]) => (isManifest(path) ? readByPromise : null));
}

const isManifest = (path: unknown): boolean =>
  runningNode() !== null && (typeof path === 'string' || path instanceof URL) && /[\\/]node_modules[\\/].*package\.json$/.test(nameOf(path));

const nameOf = (path: string | URL): string => (path instanceof URL ? fileURLToPath(path) : path);

async function readByPromise(path: string | URL, options?: ReadOptions): Promise<unknown> {
  return readFileSync(path, options);
}

function readByCallback(path: string | URL, ...rest: [ReadCallback] | [ReadOptions, ReadCallback]): void {
  const [options, callback] = rest.length === 1 ? [null, rest[0]] : rest;
  readByPromise(path, options).then(
    (content) => process.nextTick(callback, null, content),
    (error: Error) => process.nextTick(callback, error),
  );
}
