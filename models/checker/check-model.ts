import { checkSymmetry } from './check-symmetry.js';
import { narrate, packedAt, wayTo, type Counterexample } from './counterexample.js';
import type { Model, ParamValues, System } from './define-model.js';
import { createEngine, type Engine } from './engine.js';
import { explore, type Exploration, type SearchOptions } from './explore.js';
import { exploreParallel, type SearchThread, type Stored } from './explore-parallel.js';
import { graphOf } from './graph.js';
import { checkLiveness, livenessNames } from './liveness.js';
import { ModelError } from './model-error.js';

export interface CheckOptions extends Partial<SearchOptions> {
  /** Count states that differ only in names as one. Refused for a system with liveness properties. */
  readonly symmetry?: boolean;
}

export interface PropertyResult {
  readonly name: string;
  readonly kind: 'invariant' | 'deadlock' | 'liveness';
  /** Null when the search was not finished and nothing was found: then nobody knows. */
  readonly holds: boolean | null;
  /** How many states a shortest counterexample has; null when there is none, and for liveness. */
  readonly counterexampleLength: number | null;
  /** For a violated liveness property of several instances, which one: `Progress(2)`. */
  readonly instance: string | null;
  readonly counterexample: Counterexample | null;
}

export interface CheckResult {
  readonly properties: readonly PropertyResult[];
  readonly distinctStates: number;
  readonly generatedStates: number;
  readonly depth: number;
  readonly finished: boolean;
  /** Actions of which no instance was ever possible. */
  readonly neverTaken: readonly string[];
  readonly warnings: readonly string[];
  /** Of memory, for the states that were found. */
  readonly bytes: number;
}

/** The budget, unless another is given. */
export const MOST_STATES = 100_000_000;

/** Checks all properties of a model with these parameters (see `parseParams`), breadth first, on this thread. */
export function checkModel(model: Model, params: ParamValues, options: CheckOptions = {}): CheckResult {
  return checkSystem(model.system(params), options);
}

/** Checks all properties of one system. */
export function checkSystem(system: System, options: CheckOptions = {}): CheckResult {
  const { symmetry, maxStates, progress } = settled(system, options);
  const engine = createEngine(system, { symmetry });
  const exploration = explore(engine, { maxStates, progress });
  return conclude(engine, exploration, { states: engine.states(), parents: engine.parents() });
}

/** The same, with the help of more threads. Which of several shortest counterexamples is told may differ, nothing else. */
export async function checkSystemWith(helpers: readonly (() => SearchThread)[], system: System, options: CheckOptions = {}): Promise<CheckResult> {
  const settings = settled(system, options);
  const { exploration, stored } = await exploreParallel(system, { ...settings, helpers });
  const engine = createEngine(system, settings);
  if (livenessNames(engine).length > 0 && exploration.finished) {
    for (let state = 0; state < exploration.distinct; state += 1) engine.add(stored.states, state * engine.layout.words, stored.parents[state] as number);
  }
  return conclude(engine, exploration, stored);
}

function settled(system: System, { symmetry = false, maxStates = MOST_STATES, progress = () => undefined }: CheckOptions): Required<CheckOptions> {
  if (symmetry) {
    if (livenessNames({ system }).length > 0) {
      throw new ModelError('symmetry and liveness do not go together: under renaming, who was promised something is forgotten; leave symmetry off');
    }
    checkSymmetry(system);
  }
  return { symmetry, maxStates, progress };
}

/** What an exploration says about all properties. For liveness, the engine must hold the states. */
function conclude(engine: Engine, exploration: Exploration, stored: Stored): CheckResult {
  const { distinct, generated, depth, finished, bytes } = exploration;
  return {
    properties: [...invariants(engine, exploration, stored), ...deadlock(engine, exploration, stored), ...liveness(engine, exploration)],
    distinctStates: distinct,
    generatedStates: generated,
    depth,
    finished,
    neverTaken: neverTaken(engine, exploration),
    warnings: warnings(engine),
    bytes,
  };
}

function safety(name: string, kind: 'invariant' | 'deadlock', engine: Engine, found: Exploration['stuck'], finished: boolean, stored: Stored): PropertyResult {
  if (found === null) return { name, kind, holds: finished ? true : null, counterexampleLength: null, instance: null, counterexample: null };
  return {
    name,
    kind,
    holds: false,
    counterexampleLength: found.level,
    instance: null,
    counterexample: narrate(engine, wayTo(stored, found.state, engine.layout.words)),
  };
}

function invariants(engine: Engine, { broken, finished }: Exploration, stored: Stored): PropertyResult[] {
  return engine.invariants.map((name, index) => safety(name, 'invariant', engine, broken[index] ?? null, finished, stored));
}

function deadlock(engine: Engine, { stuck, finished }: Exploration, stored: Stored): PropertyResult[] {
  const name = engine.system.deadlockFree;
  return name === undefined ? [] : [safety(name, 'deadlock', engine, stuck, finished, stored)];
}

function liveness(engine: Engine, { finished, generated }: Exploration): PropertyResult[] {
  const kind = 'liveness';
  const names = livenessNames(engine);
  if (names.length === 0) return [];
  if (!finished) return names.map((name) => ({ name, kind, holds: null, counterexampleLength: null, instance: null, counterexample: null }));
  return checkLiveness(engine, graphOf(engine, generated)).map(({ name, violation }) => {
    if (violation === null) return { name, kind, holds: true, counterexampleLength: null, instance: null, counterexample: null };
    const { stem, round } = violation.lasso;
    const way = [...stem, ...round.slice(1)].map((state) => packedAt(engine.states(), state, engine.layout.words));
    return { name, kind, holds: false, counterexampleLength: null, instance: violation.label, counterexample: narrate(engine, way, stem.length - 1) };
  });
}

function neverTaken({ instances }: Engine, { taken, finished }: Exploration): string[] {
  if (!finished) return [];
  const all = new Set(instances.map(({ action }) => action));
  instances.forEach(({ action }, index) => {
    if ((taken[index] ?? 0) > 0) all.delete(action);
  });
  return [...all];
}

function warnings(engine: Engine): string[] {
  const names = livenessNames(engine);
  if (names.length === 0 || engine.instances.some(({ unit }) => unit !== null)) return [];
  return [`${names.join(', ')}: no action is fair, so that every behaviour may stop at any moment; give "fair: weak()" to what is not put off for ever`];
}
