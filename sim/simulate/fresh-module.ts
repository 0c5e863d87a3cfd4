import { stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import { activeWorld } from '../kernel/active-world.js';
import { UserInputError } from '../user-input-error.js';
import { bundleModule } from './bundle-module.js';
import { installSimulation } from './run-plan.js';
import { requireOptions } from './settings.js';

export interface FreshModuleOptions {
  /** Names of packages to evaluate anew as well, wherever in the bundle they are imported: those that keep state in their modules. */
  readonly packages?: readonly string[];
}

/**
 * Makes the state of a module die with its process. Gives a function that evaluates the module, and all that it imports by
 * relative path, anew at each call: called in the main function of a process, every life of every process has variables,
 * caches and clients of its own, as in production.
 *
 * ```ts
 * const shop = await freshModule<typeof import('./shop.js')>(new URL('./shop.ts', import.meta.url));
 * simTest('never oversells', async (world) => {
 *   world.process('shop-1', () => shop().main());
 * });
 * ```
 *
 * TypeScript and JavaScript, ES modules and CommonJS. Files are read and bundled once, here. Packages are loaded once too, and
 * shared by all lives: a package that keeps state in its modules keeps it, unless it is named in `packages`. Errors name the
 * file and the line as written.
 *
 * Throws a `UserInputError` when the file is missing or cannot be parsed, imports what is not there, awaits at its top level (a
 * life begins in one go), or never imports a package that `packages` names.
 */
export async function freshModule<T>(url: string | URL, options: FreshModuleOptions = {}): Promise<() => T> {
  requireOptions('freshModule', options, ['packages']);
  const { packages = [] } = options;
  if (activeWorld() !== null) throw new UserInputError('freshModule reads files: call it before the simulation, at the top of the test file');
  const file = fileOf(url);
  const found = await stat(file).catch(() => null);
  if (found?.isFile() !== true) throw new UserInputError(`freshModule: there is no file ${file}`);
  if (!/\.[cm]?[jt]sx?$/.test(file)) throw new UserInputError(`freshModule: ${file} is not a module: its name must end in .ts, .mts, .cts, .js, .mjs or .cjs`);
  // Before any package is loaded: what it captured then would stay real.
  installSimulation();
  return (await bundleModule(file, packages)) as () => T;
}

function fileOf(url: string | URL): string {
  const text = String(url);
  if (text.startsWith('file:')) return fileURLToPath(text);
  if (isAbsolute(text)) return text;
  throw new UserInputError(`freshModule takes a file URL or an absolute path, not ${JSON.stringify(text)}: give new URL('./shop.ts', import.meta.url)`);
}
