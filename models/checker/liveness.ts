import type { AnyState, Ask } from './define-model.js';
import type { Engine } from './engine.js';
import { fairComponent } from './fair-component.js';
import type { Graph } from './graph.js';
import { argumentsOf, labelOf } from './instances.js';
import { fairRound, shortestWay, type Lasso } from './lasso.js';
import type { Id } from './shape.js';

/** One instance of a liveness property. */
interface Promised {
  readonly name: string;
  readonly label: string;
  /** The states in which the promise is given; null: the initial ones. */
  readonly from: ((s: AnyState) => boolean) | null;
  readonly to: (s: AnyState) => boolean;
}

export interface LivenessResult {
  readonly name: string;
  /** Which instance is violated, and by what behaviour; null when the property holds. */
  readonly violation: { readonly label: string; readonly lasso: Lasso } | null;
}

/**
 * Checks that what was promised comes, in every behaviour that is fair. It does not when, from a state where it is promised,
 * a fair behaviour can stay among the states where it has not come.
 */
export function checkLiveness(engine: Engine, graph: Graph): LivenessResult[] {
  const results = new Map<string, LivenessResult>();
  for (const promised of promises(engine)) {
    if ((results.get(promised.name)?.violation ?? null) !== null) continue;
    const lasso = brokenBy(promised, engine, graph);
    results.set(promised.name, { name: promised.name, violation: lasso === null ? null : { label: promised.label, lasso } });
  }
  return [...results.values()];
}

/** The names of the properties, in the order of their declaration. */
export const livenessNames = ({ system: { leadsTo = {}, eventually = {} } }: Pick<Engine, 'system'>): string[] => [
  ...Object.keys(leadsTo),
  ...Object.keys(eventually),
];

function promises({ system: { leadsTo = {}, eventually = {} } }: Engine): Promised[] {
  const ask = (question: Ask<AnyState>, args: readonly Id[]) => (s: AnyState) => question(s, args[0] as Id, args[1] as Id);
  return [
    ...Object.entries(leadsTo).flatMap(([name, { for: sets, from, to }]) =>
      argumentsOf(sets).map((args) => ({ name, label: labelOf(name, args), from: ask(from, args), to: ask(to, args) })),
    ),
    ...Object.entries(eventually).flatMap(([name, { for: sets, reaches }]) =>
      argumentsOf(sets).map((args) => ({ name, label: labelOf(name, args), from: null, to: ask(reaches, args) })),
    ),
  ];
}

function brokenBy({ from, to }: Promised, engine: Engine, graph: Graph): Lasso | null {
  const { words } = engine.layout;
  const states = engine.states();
  const isOpen = new Uint8Array(graph.size);
  const sources: number[] = [];
  for (let state = 0; state < graph.size; state += 1) {
    const s = engine.unpack(states, state * words);
    if (to(s)) continue;
    isOpen[state] = 1;
    if (from === null ? (engine.parents()[state] as number) < 0 : from(s)) sources.push(state);
  }
  const region = new Int32Array(graph.size);
  const members = flood(graph, sources, isOpen, region);
  const component = fairComponent(graph, region, members);
  if (component === null) return null;
  const inComponent = new Set(component);
  const way = shortestWay(
    graph,
    sources,
    (state) => isOpen[state] === 1,
    (state) => inComponent.has(state),
  ) as number[];
  return { stem: [...ancestors(engine.parents(), way[0] as number), ...way], round: fairRound(graph, component, way[way.length - 1] as number) };
}

/** Marks with 1 what can be reached from the sources by way of open states, and lists it. */
function flood({ offsets, targets }: Graph, sources: readonly number[], isOpen: Uint8Array, region: Int32Array): number[] {
  const reached: number[] = [];
  const reach = (state: number): void => {
    if (isOpen[state] !== 1 || region[state] === 1) return;
    region[state] = 1;
    reached.push(state);
  };
  sources.forEach(reach);
  for (let at = 0; at < reached.length; at += 1) {
    const state = reached[at] as number;
    for (let step = offsets[state] as number; step < (offsets[state + 1] as number); step += 1) reach(targets[step] as number);
  }
  return reached;
}

/** The states on the search's way to this one, itself not included. */
function ancestors(parents: Int32Array, state: number): number[] {
  const way: number[] = [];
  for (let at = parents[state] as number; at >= 0; at = parents[at] as number) way.push(at);
  return way.reverse();
}
