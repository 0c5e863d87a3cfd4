import type { BuildResult, Metafile, Plugin } from 'esbuild';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { UserInputError } from '../user-input-error.js';
import { mapFrames } from './map-frames.js';
import { packagesPlugin } from './packages-plugin.js';

/** The body of a bundle, as a function: compiled once, called for each life. */
type Body = (exports: object, module: { exports: unknown }, require: NodeJS.Require, fileAt: typeof describeFile, packages: readonly Imported[]) => void;

/** A package that was imported beforehand, or what went wrong with that. */
export type Imported = { readonly namespace: Readonly<Record<string, unknown>> } | { readonly error: unknown };

const PARAMETERS = 'exports, module, require, __holdfast_file_at, __holdfast_packages';

/**
 * Bundles a module with all of its own files and gives a function that evaluates the bundle. All that takes time (reading,
 * parsing, loading packages) is done here, so that evaluating is synchronous and may happen inside an event of a world.
 */
export async function bundleModule(file: string, fresh: readonly string[] = []): Promise<() => unknown> {
  const packages: Imported[] = [];
  const met = new Set<string>();
  const { outputFiles, metafile } = await build(file, [packagesPlugin(packages, fresh, met), ownFilesPlugin]);
  const strange = fresh.find((name) => !met.has(name));
  if (strange !== undefined) throw new UserInputError(`freshModule: packages names ${JSON.stringify(strange)}, which nothing here imports`);
  const entry = entryOf(metafile);
  const name = `${file}.fresh.cjs`;
  const text = (ending: string): string => outputFiles?.find((output) => output.path.endsWith(ending))?.text ?? '';
  const inputs = Object.values(metafile.inputs);
  const run = compile(
    text('.cjs'),
    text('.map'),
    name,
    inputs.every(({ format }) => format !== 'cjs'),
  );
  const require = createRequire(file);
  return () => {
    const module = { exports: {} as unknown };
    run(module.exports as object, module, require, describeFile, packages);
    return metafile.inputs[entry]?.format === 'cjs' ? namespaceOf(module.exports) : module.exports;
  };
}

async function build(file: string, plugins: Plugin[]): Promise<BuildResult & { metafile: Metafile }> {
  const { build: bundle } = await import('esbuild');
  try {
    return await bundle({
      entryPoints: [file],
      outfile: `${file}.fresh.cjs`,
      bundle: true,
      write: false,
      format: 'cjs',
      platform: 'node',
      target: `node${process.versions.node}`,
      // None but those of Node itself.
      conditions: [],
      // What is left of `import(name)` when the name is computed goes to `require`: a promise of Node's own loader would never
      // come true inside a simulated event.
      supported: { 'dynamic-import': false },
      sourcemap: 'external',
      sourcesContent: false,
      keepNames: true,
      metafile: true,
      logLevel: 'silent',
      define: { 'import.meta': '__holdfast_file', __filename: '__holdfast_file.filename', __dirname: '__holdfast_file.dirname' },
      plugins,
    });
  } catch (error) {
    throw userInputError(file, error);
  }
}

/** Each file knows its own place: what it is given as `import.meta`, `__filename` and `__dirname` is made on its first line. */
const ownFilesPlugin: Plugin = {
  name: 'own-files',
  setup(build) {
    build.onLoad({ filter: /\.[cm]?[jt]sx?$/, namespace: 'file' }, async ({ path }) => {
      // A hashbang may only begin a file; its line stays, so that lines keep their numbers.
      const source = (await readFile(path, 'utf8')).replace(/^#!.*/, '');
      const asks = /\bimport\s*\.\s*meta\b|\b__(file|dir)name\b/.test(source);
      const place = asks ? `const __holdfast_file = __holdfast_file_at(${JSON.stringify(pathToFileURL(path).href)});` : '';
      return {
        contents: place + source,
        loader: /x$/.test(path) ? (/tsx$/.test(path) ? 'tsx' : 'jsx') : /ts$/.test(path) ? 'ts' : 'js',
        resolveDir: dirname(path),
      };
    });
  },
};

function describeFile(url: string): object {
  const filename = fileURLToPath(url);
  const require = createRequire(url);
  const resolve = (specifier: string): string => {
    if (/^\.{0,2}\//.test(specifier)) return new URL(specifier, url).href;
    const found = require.resolve(specifier);
    return found.startsWith('/') ? pathToFileURL(found).href : found;
  };
  return { url, filename, dirname: dirname(filename), resolve };
}

/** Where the frames of a bundle are mapped back depends on the host: see `map-frames.ts`. */
function compile(code: string, map: string, name: string, isStrict: boolean): Body {
  const body = `(function (${PARAMETERS}) {${isStrict ? ' "use strict";' : ''}${code}\n})`;
  return mapFrames(body, map, name) as Body;
}

const entryOf = (metafile: Metafile): string => Object.values(metafile.outputs).find((output) => output.entryPoint !== undefined)?.entryPoint ?? '';

/** What `import` makes of a CommonJS module. */
function namespaceOf(exports: unknown): object {
  const named = (typeof exports === 'object' || typeof exports === 'function') && exports !== null ? exports : {};
  return { ...named, default: exports };
}

interface BuildMessage {
  readonly text: string;
  readonly location: { readonly file: string; readonly line: number } | null;
  readonly detail?: unknown;
}

/** The first thing that esbuild complains about, on one line. */
function userInputError(file: string, error: unknown): UserInputError {
  const [first] = (error as { errors?: readonly BuildMessage[] }).errors ?? [];
  if (first?.detail instanceof UserInputError) return first.detail;
  const place = first?.location ? `${first.location.file}:${first.location.line}` : relative(process.cwd(), file);
  const said = first?.text ?? (error instanceof Error ? error.message : String(error));
  if (said.startsWith('Top-level await')) {
    return new UserInputError(`${place} awaits at its top level: a process begins in one go; move it into the function that starts the process`, {
      cause: error,
    });
  }
  return new UserInputError(`${place}: ${said.split('\n')[0] ?? ''}`, { cause: error });
}
