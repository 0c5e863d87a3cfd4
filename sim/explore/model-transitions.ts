import type { History } from '../../models/history.js';
import { lockTransitionNames, lockTransitions } from '../../models/lock-transitions.js';
import type { ModelName, WorkloadDefinition } from '../define-workload.js';

/** Which transitions of a formal model the runs of a campaign have shown. */
export interface ModelTransitions {
  readonly model: ModelName;
  /** How many seeds showed each of them. */
  readonly shown: Readonly<Record<string, number>>;
  /** Those that none did. */
  readonly never: readonly string[];
}

/** What is known of each model: the names of its transitions, and those that a history shows. */
const models: Readonly<Record<ModelName, { readonly names: readonly string[]; shownBy(history: History): Iterable<string> }>> = {
  'fenced-lease-lock': { names: lockTransitionNames, shownBy: (history) => lockTransitions(history).keys() },
};

/** The transitions that one run shows; none for a workload that names no model. */
export function transitionsShown({ model }: Pick<WorkloadDefinition, 'model'>, history: History): readonly string[] {
  return model === undefined ? [] : [...models[model].shownBy(history)];
}

/** The same over all seeds of a campaign; null for a workload that names no model. */
export function modelTransitions(
  { model }: Pick<WorkloadDefinition, 'model'>,
  seeds: readonly { readonly transitions?: readonly string[] }[],
): ModelTransitions | null {
  if (model === undefined) return null;
  const shown: Record<string, number> = Object.fromEntries(models[model].names.map((name) => [name, 0]));
  for (const { transitions = [] } of seeds) for (const name of transitions) shown[name] = (shown[name] ?? 0) + 1;
  return { model, shown, never: Object.keys(shown).filter((name) => shown[name] === 0) };
}
