import { type CheckResult, checkSystem, checkSystemWith } from '../../models/checker/check-model.js';
import type { Model, ParamValues, Row } from '../../models/checker/define-model.js';
import type { SearchOptions } from '../../models/checker/explore.js';
import { startModelThread } from './model-thread.js';

/** What came of one model with one choice of parameters. */
export interface ModelRun extends CheckResult {
  readonly model: string;
  readonly params: ParamValues;
  readonly wallMs: number;
  readonly statesPerSecond: number;
  /** In what it differs from the documented row; null when no row was asked for. */
  readonly mismatches: readonly string[] | null;
}

export interface ModelRunOptions extends SearchOptions {
  readonly workers: number;
  /** How the threads find the model: a name of ours, or a path. */
  readonly source: string;
  readonly row: Row | null;
}

export async function runModel(model: Model, params: ParamValues, { workers, source, row, ...search }: ModelRunOptions): Promise<ModelRun> {
  const begun = performance.now();
  const system = model.system(params);
  const helpers = Array.from({ length: workers - 1 }, () => () => startModelThread(source, params));
  const result = workers === 1 ? checkSystem(system, search) : await checkSystemWith(helpers, system, search);
  const wallMs = performance.now() - begun;
  return {
    ...result,
    model: model.name,
    params,
    wallMs: Math.round(wallMs),
    statesPerSecond: Math.round((result.distinctStates / Math.max(wallMs, 0.001)) * 1_000),
    mismatches: row === null ? null : mismatches(result, row),
  };
}

/** What is not as the row says. */
export function mismatches({ properties, distinctStates, depth }: CheckResult, { holds = [], violated = {}, distinct, depth: levels }: Row): string[] {
  const named = (name: string): CheckResult['properties'][number] | undefined => properties.find((property) => property.name === name);
  return [
    ...holds.flatMap((name) => (named(name)?.holds === true ? [] : [`${name} should hold`])),
    ...Object.entries(violated).flatMap(([name, length]) => {
      const property = named(name);
      if (property?.holds !== false) return [`${name} should be violated`];
      return length === null || property.counterexampleLength === length ? [] : [`${name}: ${length} states, got ${property.counterexampleLength}`];
    }),
    ...(distinct === undefined || distinct === distinctStates ? [] : [`${distinct} states, got ${distinctStates}`]),
    ...(levels === undefined || levels === depth ? [] : [`${levels} levels, got ${depth}`]),
  ];
}

/** The object that a program reads: exactly these keys. */
export function modelRunJson({ model, params, properties, distinctStates, generatedStates, depth, finished, wallMs, statesPerSecond }: ModelRun): unknown {
  return {
    ...{ model, params },
    properties: properties.map(({ name, kind, holds, counterexampleLength }) => ({ name, kind, holds, counterexampleLength })),
    ...{ distinctStates, generatedStates, depth, finished, wallMs, statesPerSecond },
  };
}
