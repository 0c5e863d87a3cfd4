import type { Plugin } from 'esbuild';
import { createRequire, isBuiltin } from 'node:module';
import { relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UserInputError } from '../user-input-error.js';
import type { Imported } from './bundle-module.js';

const NAMESPACE = 'holdfast-package';
/** Marks a question that this plugin asks itself. */
const ASKED = Symbol('asked');

/**
 * Keeps packages out of a bundle: each is loaded here, as the importing file would get it, and the bundle only takes
 * its exports. A package of the same repository (a workspace, an alias of tsconfig.json) is the user's own source and is
 * bundled as such, and so are those that `fresh` names; the names that were met are noted in
 * `met`.
 */
export function packagesPlugin(packages: Imported[], fresh: readonly string[], met: Set<string>): Plugin {
  return {
    name: 'packages',
    setup(build) {
      build.onResolve({ filter: /^[^./]/ }, async ({ path, importer, kind, resolveDir, pluginData }) => {
        if (pluginData === ASKED || kind === 'entry-point' || /^[A-Za-z]:[\\/]/.test(path)) return undefined;
        met.add(packageOf(path));
        if (fresh.includes(packageOf(path))) return undefined;
        const found = isOurs(path) || isBuiltin(path) ? null : await build.resolve(path, { importer, kind, resolveDir, pluginData: ASKED });
        if (found !== null && found.errors.length === 0 && isOwnSource(found.path)) return undefined;
        if (kind === 'require-call' || kind === 'require-resolve') return { path: preload(path, importer), external: true };
        const imported =
          found !== null && found.errors.length > 0 ? { error: notFound(path, importer) } : await load(found === null ? path : pathToFileURL(found.path).href);
        if ('error' in imported && kind !== 'dynamic-import') throw missing(path, importer, imported.error);
        packages.push(imported);
        return { path: String(packages.length - 1), namespace: NAMESPACE };
      });
      build.onLoad({ filter: /.*/, namespace: NAMESPACE }, ({ path }) => ({ contents: exportsOf(packages[Number(path)], path), loader: 'js' }));
    },
  };
}

/** JSON is data, whoever's it is: Node imports none without being told so. */
const isOwnSource = (path: string): boolean => path.endsWith('.json') || !/[\\/]node_modules[\\/]/.test(path);

/** The package that a specifier names: `@scope/name/file` is of `@scope/name`. */
const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

const isOurs = (specifier: string): boolean => specifier === 'holdfast' || specifier.startsWith('holdfast/');

/** As source: an ES module with the same exports. */
function exportsOf(imported: Imported | undefined, index: string): string {
  const from = `__holdfast_packages[${index}]`;
  if (imported === undefined || 'error' in imported) return `throw ${from}.error; export {};`;
  const names = Object.keys(imported.namespace).filter((name) => /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name));
  const taken = names.map((name, at) => `const _${at} = _.${name}; export { _${at} as ${name} };`);
  return `const _ = ${from}.namespace;\n${taken.join('\n')}`;
}

/** `specifier` is a URL, or a name that means the same everywhere: a module of Node's, or one of ours, which must be the copy that is running. */
async function load(specifier: string): Promise<Imported> {
  try {
    return { namespace: (await import(/* @vite-ignore */ specifier)) as Readonly<Record<string, unknown>> };
  } catch (error) {
    return { error };
  }
}

/** As Node says it. */
const notFound = (specifier: string, importer: string): Error =>
  Object.assign(new Error(`Cannot find package '${specifier}' imported from ${importer}`), { code: 'ERR_MODULE_NOT_FOUND' });

/** Loads what a CommonJS file requires, so that no life is the one that pays for it; gives its path. One that is not there may be optional. */
function preload(specifier: string, importer: string): string {
  const require = createRequire(importer);
  try {
    require(specifier);
    return require.resolve(specifier);
  } catch {
    return specifier;
  }
}

function missing(specifier: string, importer: string, error: unknown): UserInputError {
  const said = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
  const file = relative(process.cwd(), importer);
  const reason = /Cannot find (module|package)/.test(said) ? 'which is not there' : 'which cannot be loaded';
  return new UserInputError(`${file} imports ${JSON.stringify(specifier)}, ${reason}: ${said}`, { cause: error });
}
