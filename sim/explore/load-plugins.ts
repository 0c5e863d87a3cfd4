import { defineLock, type LockDefinition } from '../define-lock.js';
import { defineWorkload, type WorkloadDefinition } from '../define-workload.js';
import { loadModule } from '../load-module.js';
import { probeModule } from './load-probe.js';
import { locks, specimens, workloads } from '../registry.js';
import { UserInputError } from '../user-input-error.js';

export interface Plugins {
  readonly workload: WorkloadDefinition;
  readonly lock: LockDefinition;
  /** Paths of the modules among them that are the user's. */
  readonly modules: readonly string[];
}

const ownLocks: ReadonlyMap<string, LockDefinition> = new Map([...locks, ...[...specimens].map(([name, { definition }]) => [name, definition] as const)]);

/** Makes sure that modules among these names can be loaded at all without taking this thread for ever. Throws a `UserInputError`. */
export async function probePlugins(...names: readonly string[]): Promise<void> {
  await Promise.all(names.filter(looksLikePath).map((name) => probeModule(name)));
}

/** Finds a workload and a lock: by a name of ours, or as the default export of a module. Throws a `UserInputError`. */
export async function loadPlugins(workloadName: string, lockName: string): Promise<Plugins> {
  return {
    workload: await load('workload', workloadName, workloads, defineWorkload),
    lock: await load('lock', lockName, ownLocks, defineLock),
    modules: [workloadName, lockName].filter(looksLikePath),
  };
}

/** Names of ours have neither slashes nor dots. */
export const looksLikePath = (name: string): boolean => /[./\\]/.test(name);

async function load<Definition>(
  what: string,
  name: string,
  ours: ReadonlyMap<string, Definition>,
  define: (definition: Definition) => Definition,
): Promise<Definition> {
  const own = ours.get(name);
  if (own !== undefined) return own;
  if (!looksLikePath(name)) {
    throw new UserInputError(
      `there is no ${what} ${JSON.stringify(name)}: give one of ${[...ours.keys()].join(', ')}, or the path of a module (./my-${what}.ts)`,
    );
  }
  const module = await loadModule(name);
  try {
    return define(module.default as Definition);
  } catch (error) {
    throw new UserInputError(`${name} does not export a ${what}: ${(error as Error).message}`);
  }
}
