import { entryPoints, importsOf, packageOf, type Import } from './imports.js';
import type { Rule } from './rule.js';
import { isShipped, isTest } from './tree.js';

const lock = ['base', 'ports', 'locks'];
const tools = [...lock, 'idempotency', 'outbox', 'saga'];
const stock = [...tools, 'inventory', 'coupons'];

/** Who may import whom, beyond its own folder. A folder that is not here may import anything but what `src` must not. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  base: [],
  ports: ['base'],
  locks: ['base', 'ports'],
  idempotency: lock,
  outbox: lock,
  saga: lock,
  inventory: tools,
  coupons: tools,
  carts: stock,
  orders: [...stock, 'carts'],
  bindings: ['base', 'ports'],
  models: ['base'],
  properties: ['base', 'models'],
  'sim/kernel': ['base', 'ports', 'sim/clocks', 'sim/disk'],
  'sim/servers': ['base', 'ports', 'sim/kernel', 'sim/network', 'sim/clocks', 'sim/disk'],
};

const onlyEntryPoints = ['sim/locks', 'sim/workloads', 'sim/specimens'];

const wayOut: Readonly<Record<string, string>> = {
  base: 'base holds values without I/O: move what needs more into the folder that needs it.',
  ports: 'ports are interfaces only: move code to src/bindings or to its caller.',
  bindings: 'a binding never sees an algorithm: give it a port of src/ports, and let the caller put both together.',
  models: 'a model is pure: pass in what it needs.',
  properties: 'a property judges a history: take what it needs from models/.',
  'sim/kernel': 'the kernel knows processes and time, not what runs in them: register it from outside.',
  'sim/servers': 'a simulated server never sees an algorithm: it speaks through connections, disk, clocks and draws.',
};

/** `src/locks/lease.ts` -> `locks`; `sim/network.ts` -> `sim/network`; an entry point of src -> `index`. */
function areaOf(path: string): string {
  const [top = '', second = ''] = path.split('/');
  if (top === 'src') return path.split('/').length === 2 ? 'index' : second;
  return top === 'sim' ? `sim/${second.replace(/\.ts$/, '')}` : top;
}

export const whoMayImportWhom: Rule = {
  name: 'each folder imports only what the table of the house allows',
  check(tree) {
    const entries = new Set(entryPoints(tree).values());
    return importsOf(tree).flatMap((found) => (isTest(found.from) ? [] : (complaint(found, entries) ?? [])));
  },
};

function complaint({ from, place, specifier, target }: Import, entries: ReadonlySet<string>): string | null {
  const here = areaOf(from);
  if (target === null) return specifier.startsWith('.') ? `${place} imports ${specifier}, which is not there: name a file of the tree, ending in .js.` : null;
  const there = areaOf(target);
  if (isTest(target)) return `${place} imports ${target}: what a test needs stays in tests; move shared code out of it.`;
  if (from.startsWith('src/') && !target.startsWith('src/')) {
    return `${place} imports ${target}: src never imports sim, models or properties; move the shared part into src.`;
  }
  if (onlyEntryPoints.includes(here) && there !== here && !(specifier.startsWith('holdfast') && entries.has(target))) {
    const instead = "import it from 'holdfast' or 'holdfast/...', and export it there if it is missing.";
    return `${place} imports ${specifier}: ${here} is written as a user's module would be; ${instead}`;
  }
  const list = allowed[here];
  if (list === undefined || there === here || list.includes(there)) return null;
  const advice = wayOut[here] ?? 'Turn the dependency round: let the caller pass it in.';
  return `${place}: ${here} must not import ${there} (${specifier}); it may import ${[...list, here].join(', ')}. ${advice}`;
}

interface Manifest {
  readonly dependencies?: Record<string, string>;
  readonly peerDependencies?: Record<string, string>;
}

export const packagesAreThere: Rule = {
  name: 'what is shipped imports only what is installed with it, and optional peers by import()',
  check(tree) {
    const { dependencies = {}, peerDependencies = {} } = JSON.parse(tree.get('package.json') ?? '{}') as Manifest;
    return importsOf(tree).flatMap((found) => {
      const name = packageOf(found.specifier);
      if (name === null || !isShipped(found.from) || found.kind === 'type' || name in dependencies) return [];
      if (!(name in peerDependencies)) return [`${found.place} imports ${name}, which users do not get: make it a dependency, or import it in tests only.`];
      if (found.kind === 'dynamic') return [];
      return [`${found.place} imports ${name}, an optional peer: use "import type" and take the object as an argument, or "await import('${name}')".`];
    });
  },
};

export const noCycles: Rule = {
  name: 'no imports go round in a circle',
  // Types are erased: two files may name each other's, and still load in either order.
  check(tree) {
    const graph = new Map<string, string[]>();
    for (const { from, target, kind } of importsOf(tree)) {
      if (target !== null && kind !== 'type') graph.set(from, [...(graph.get(from) ?? []), target]);
    }
    const done = new Set<string>();
    const circles: string[] = [];
    const visit = (path: string, trail: readonly string[]): void => {
      const start = trail.indexOf(path);
      if (start >= 0) {
        circles.push(`${[...trail.slice(start), path].join(' -> ')}: imports go in a circle; move what they share into a file of its own.`);
      }
      if (start >= 0 || done.has(path)) return;
      for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
      done.add(path);
    };
    for (const path of graph.keys()) visit(path, []);
    return circles;
  },
};

export const importRules: readonly Rule[] = [whoMayImportWhom, packagesAreThere, noCycles];
