import type { System } from './define-model.js';
import { ModelError } from './model-error.js';

/** The system with one of its declared mutants' changes. */
export function mutated(system: System, mutant: string): System {
  const change = system.mutants?.[mutant];
  if (change === undefined) throw new ModelError(`there is no mutant ${JSON.stringify(mutant)}`);
  const actions = Object.entries(change.actions).map(([name, parts]) => {
    const original = system.actions[name];
    if (original === undefined) throw new ModelError(`the mutant ${JSON.stringify(mutant)} changes ${name}, which is no action`);
    return [name, { ...original, ...parts }] as const;
  });
  return { ...system, state: { ...system.state, ...change.state }, actions: { ...system.actions, ...Object.fromEntries(actions) } };
}
