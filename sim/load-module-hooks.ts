/**
 * Module hooks for users' modules: they run in Node's loader thread, which `load-module.ts` starts.
 *
 * Two things are different for a file outside this package. `holdfast` and `holdfast/*` resolve from here, so that a lock
 * and the simulator share one copy. And TypeScript is always an ES module: in a folder without a package.json, tsx would
 * take it for CommonJS, whose `require` these hooks cannot see.
 */
import { readFileSync, statSync } from 'node:fs';
import type { InitializeHook, ResolveHook } from 'node:module';
import { fileURLToPath } from 'node:url';

export interface UserModuleHookData {
  /** The URL of a module of this package: what `holdfast` is resolved from. */
  readonly self: string;
  /** The folder of this package as a URL, with a slash at its end. */
  readonly root: string;
}

// Hooks keep their state in module variables; that is Node's interface. There is one instance a thread.
let data: UserModuleHookData | undefined;

export const initialize: InitializeHook<UserModuleHookData> = (given) => {
  data = given;
};

export const resolve: ResolveHook = async (specifier, context, next) => {
  if (data === undefined) return next(specifier, context);
  if (specifier === 'holdfast' || specifier.startsWith('holdfast/')) return next(specifier, { ...context, parentURL: data.self });
  const url = userFile(specifier, context.parentURL, data);
  if (url !== null && isEsModule(url)) return { url, format: 'module', shortCircuit: true };
  return next(specifier, context);
};

/** The file that `specifier` names, when it is a user's own: a path, outside of this package and of any installed one. */
function userFile(specifier: string, parent: string | undefined, { root }: UserModuleHookData): string | null {
  if (!/^(file:|\.{0,2}\/)/.test(specifier)) return null;
  const url = new URL(specifier, parent);
  if (url.protocol !== 'file:' || url.href.startsWith(root) || url.pathname.includes('/node_modules/')) return null;
  return namesOnDisk(url.href).find(isFile) ?? null;
}

/** `./helper.js` may be `helper.ts` on disk, and so may `./helper`. */
function namesOnDisk(url: string): string[] {
  return [url, url.replace(/\.([cm]?)js(x?)$/, '.$1ts$2'), `${url}.ts`, `${url}.js`];
}

function isFile(url: string): boolean {
  return statSync(fileURLToPath(url), { throwIfNoEntry: false })?.isFile() ?? false;
}

function isEsModule(url: string): boolean {
  if (/\.(m[jt]s|tsx?)$/.test(url)) return true;
  return /\.jsx?$/.test(url) && /^\s*(import|export)\b/m.test(readFileSync(fileURLToPath(url), 'utf8'));
}
