import type { Action, AnyState, Ask, System } from '../../models/checker/define-model.js';
import { argumentsOf } from '../../models/checker/instances.js';
import { type AnyField, firstValue, type Id } from '../../models/checker/shape.js';

/** What the reference says: the same questions as the checker's, answered in the plainest way that there is. */
export interface ReferenceResult {
  readonly distinct: number;
  readonly generated: number;
  readonly depth: number;
  /** The level of the first state that breaks it, or null. */
  readonly broken: Readonly<Record<string, number | null>>;
  readonly stuck: number | null;
  readonly live: Readonly<Record<string, boolean>>;
}

interface Edge {
  readonly to: string;
  readonly unit: string | null;
  readonly strong: boolean;
}

/**
 * A checker of naive objects and JSON texts, which shares nothing with the real one but the model itself. Liveness is decided
 * by trying every set of states that a behaviour might visit for ever: only for systems of a dozen states.
 */
export function referenceCheck(system: System, { liveness = true } = {}): ReferenceResult {
  const starts = system.init === undefined ? [() => undefined] : typeof system.init === 'function' ? [system.init] : system.init;
  const initial = starts.map((start) => {
    const state = Object.fromEntries(Object.entries(system.state).map(([name, field]) => [name, fresh(field)]));
    start(state);
    return JSON.stringify(state);
  });
  const edges = new Map<string, Edge[]>();
  const levels: string[][] = [];
  let generated = initial.length;
  for (let frontier = [...new Set(initial)]; frontier.length > 0;) {
    levels.push(frontier);
    for (const state of frontier) edges.set(state, []);
    const next = new Set<string>();
    for (const state of frontier) {
      const steps = stepsOf(system, state);
      generated += steps.length;
      edges.set(state, steps);
      for (const { to } of steps) if (!edges.has(to)) next.add(to);
    }
    frontier = [...next];
  }
  const levelWhere = (is: (state: string) => boolean): number | null => {
    const level = levels.findIndex((states) => states.some(is));
    return level === -1 ? null : level + 1;
  };
  return {
    distinct: edges.size,
    generated,
    depth: levels.length,
    broken: Object.fromEntries(
      Object.entries(system.always ?? {}).map(([name, holds]) => [name, levelWhere((state) => !holds(JSON.parse(state) as AnyState))]),
    ),
    stuck: levelWhere((state) => edges.get(state)?.length === 0),
    live: liveness ? liveProperties(system, initial, edges) : {},
  };
}

function fresh(field: AnyField): unknown {
  if (field.kind !== 'each') return firstValue(field);
  return [null, ...field.of.map(() => fresh(field.field))];
}

function stepsOf(system: System, state: string): Edge[] {
  return Object.entries(system.actions).flatMap(([name, action]) =>
    argumentsOf(action.for).flatMap((args) => {
      const s = JSON.parse(state) as AnyState;
      const [a, b] = args as [Id, Id];
      if (action.when !== undefined && !action.when(s, a, b)) return [];
      action.then(s, a, b);
      return [{ to: JSON.stringify(s), unit: unitOf(name, action, args), strong: action.fair?.kind === 'strong' }];
    }),
  );
}

const unitOf = (name: string, { fair }: Action<AnyState>, args: readonly Id[]): string | null =>
  fair === undefined ? null : `${fair.kind} ${fair.group ?? name} ${args.join()}`;

function liveProperties(system: System, initial: readonly string[], edges: ReadonlyMap<string, readonly Edge[]>): Record<string, boolean> {
  const at = (question: Ask<AnyState>, state: string, [a, b]: readonly Id[]): boolean => question(JSON.parse(state) as AnyState, a as Id, b as Id);
  const all = [...edges.keys()];
  return Object.fromEntries([
    ...Object.entries(system.leadsTo ?? {}).map(([name, { for: sets, from, to }]) => [
      name,
      argumentsOf(sets).every((args) => {
        const open = new Set(all.filter((state) => !at(to, state, args)));
        return !canStay(
          all.filter((state) => open.has(state) && at(from, state, args)),
          open,
          edges,
        );
      }),
    ]),
    ...Object.entries(system.eventually ?? {}).map(([name, { for: sets, reaches }]) => [
      name,
      argumentsOf(sets).every((args) => {
        const open = new Set(all.filter((state) => !at(reaches, state, args)));
        return !canStay(
          initial.filter((state) => open.has(state)),
          open,
          edges,
        );
      }),
    ]),
  ]) as Record<string, boolean>;
}

/** Is there a fair behaviour from one of the sources that stays among the open states? */
function canStay(sources: readonly string[], open: ReadonlySet<string>, edges: ReadonlyMap<string, readonly Edge[]>): boolean {
  const reached = [...closure(sources, open, edges)];
  if (reached.length > 14) throw new RangeError('too many states for the reference');
  for (let mask = 1; mask < 2 ** reached.length; mask += 1) {
    const visited = new Set(reached.filter((_, index) => (mask >> index) % 2 === 1));
    const isConnected = [...visited].every((state) => closure([state], visited, edges).size === visited.size);
    if (isConnected && isFair(visited, edges)) return true;
  }
  return false;
}

function closure(sources: readonly string[], inside: ReadonlySet<string>, edges: ReadonlyMap<string, readonly Edge[]>): Set<string> {
  const reached = new Set(sources);
  for (const state of reached) for (const { to } of edges.get(state) ?? []) if (inside.has(to)) reached.add(to);
  return reached;
}

/** By the definition, for a behaviour that visits exactly these states again and again, and takes all steps between them. */
function isFair(visited: ReadonlySet<string>, edges: ReadonlyMap<string, readonly Edge[]>): boolean {
  const changing = (state: string): readonly Edge[] => (edges.get(state) ?? []).filter(({ to }) => to !== state);
  const units = new Map([...edges.values()].flat().map((edge) => [edge.unit, edge.strong]));
  units.delete(null);
  return [...units].every(([unit, strong]) => {
    const isTaken = [...visited].some((state) => changing(state).some((edge) => edge.unit === unit && visited.has(edge.to)));
    const enabled = [...visited].filter((state) => changing(state).some((edge) => edge.unit === unit));
    return isTaken || (strong ? enabled.length === 0 : enabled.length < visited.size);
  });
}
