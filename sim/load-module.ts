import { stat } from 'node:fs/promises';
import { register } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { UserModuleHookData } from './load-module-hooks.js';
import { UserInputError } from './user-input-error.js';

/** Are we the TypeScript sources (then tsx already runs in this thread), or their JavaScript in `dist`? */
const runsFromSource = import.meta.url.endsWith('.ts');

let hooks: Promise<void> | undefined;

/**
 * Loads a user's module, in TypeScript or JavaScript, from anywhere on disk. Its imports of `holdfast` and `holdfast/*` get
 * the very copy that is running, whether or not one is installed beside it. A path is taken from the working directory.
 *
 * Throws a `UserInputError` when there is no such file, or it cannot be read as a module, throws while it is loaded, or has
 * no default export. What the default export is, the caller must check.
 */
export async function loadModule(path: string): Promise<{ default: unknown }> {
  const file = resolve(path);
  await assertFile(path, file);
  hooks ??= registerHooks();
  await hooks;
  const module = await importUserModule(path, pathToFileURL(file).href);
  if (module['default'] === undefined) {
    throw new UserInputError(`${path} has no default export: end it with "export default defineLock({ ... })" or "export default defineWorkload({ ... })"`);
  }
  return { default: module['default'] };
}

async function assertFile(path: string, file: string): Promise<void> {
  const found = await stat(file).catch(() => null);
  if (found === null) throw new UserInputError(`there is no file ${path} (looked for ${file}): give the path of a .ts or .js module`);
  if (!found.isFile()) throw new UserInputError(`${path} is not a file: give the path of a .ts or .js module`);
  if (!/\.[cm]?[jt]sx?$/.test(file)) throw new UserInputError(`${path} is not a module: its name must end in .ts, .mts, .js or .mjs`);
}

async function registerHooks(): Promise<void> {
  if (!runsFromSource) (await import('tsx/esm/api')).register();
  const data: UserModuleHookData = { self: import.meta.url, root: packageRoot() };
  register(runsFromSource ? './load-module-hooks.ts' : './load-module-hooks.js', import.meta.url, { data });
}

/** With a slash at its end. */
function packageRoot(): string {
  return new URL(runsFromSource ? '../' : '../../', import.meta.url).href;
}

async function importUserModule(path: string, url: string): Promise<Record<string, unknown>> {
  // A module that calls process.exit, or awaits for ever, would end the process as if all were well.
  const onExit = (): void => {
    process.stderr.write(`holdfast: ${path} ended the process, or waited for ever, while it was being loaded: leave both out of its top level\n`);
    process.exitCode = 2;
  };
  process.once('exit', onExit);
  try {
    return (await import(url)) as Record<string, unknown>;
  } catch (error) {
    throw userInputError(path, error);
  } finally {
    process.off('exit', onExit);
  }
}

function userInputError(path: string, error: unknown): UserInputError {
  const name = error instanceof Error ? error.name : '';
  const message = (error instanceof Error ? error.message : String(error)).trim();
  // esbuild: a heading, then one line a mistake.
  if (name === 'TransformError' || message.startsWith('Transform failed')) {
    return new UserInputError(`${path} cannot be parsed: ${message.split('\n')[1]?.replace('ERROR: ', '') ?? message}`, { cause: error });
  }
  const said = oneLine(message) || name || 'nothing';
  if (name === 'SyntaxError') return new UserInputError(`${path} cannot be loaded: ${said}`, { cause: error });
  if (/Cannot find (module|package)/.test(said)) return new UserInputError(`${path} imports what is not there: ${said}`, { cause: error });
  return new UserInputError(`${path} threw while it was loaded: ${said}`, { cause: error });
}

/** The first paragraph of an error's text, on one line: what follows is require stacks and advice to maintainers. */
function oneLine(message: string): string {
  return (message.split(/\n\s*\n|\nRequire stack/)[0] ?? '').replace(/\s*\n\s*/g, ' ').trim();
}
