import type { IntegerRange } from '../define-workload.js';
import type { Episode, FaultScope } from '../nemesis/fault.js';
import { faults } from '../nemesis/faults.js';
import type { Scenario } from '../scenario.js';
import { type DrawnFrom, paramRanges, scopeOf } from './draw-scenario.js';

type Step = (scenario: Scenario, from: DrawnFrom) => Iterable<Scenario>;

/**
 * Ways to make a scenario simpler, the boldest first: fewer faults, clients and operations, then smaller numbers, shorter
 * and weaker episodes. Each gives scenarios simpler than the one it is given; none leaves the ranges of the workload or the
 * bounds of the envelope.
 */
export const shrinkSteps: readonly Step[] = [
  withoutFaults,
  withFewOperations,
  withoutClients,
  (scenario) => (scenario.lateness === null ? [] : [{ ...scenario, lateness: null }]),
  withoutOperations,
  (scenario, from) => withSmallerParams(scenario, paramRanges(from.workload)),
  (scenario, from) => withSmallerOperations(scenario, from.workload.operation),
  withGentlerFaults,
  withShorterHorizon,
];

/** What all steps give for this scenario. */
export function* shrinkCandidates(scenario: Scenario, from: DrawnFrom): Generator<Scenario> {
  for (const step of shrinkSteps) yield* step(scenario, from);
}

function* withoutFaults(scenario: Scenario): Generator<Scenario> {
  const { faults: plan } = scenario;
  if (plan.length === 0) return;
  yield { ...scenario, faults: [] };
  for (const kept of pieces(plan)) yield { ...scenario, faults: kept };
}

/** At once for all clients, as what breaks early needs no more, and what is left is so much quicker to run. */
function* withFewOperations(scenario: Scenario): Generator<Scenario> {
  const most = Math.max(...scenario.clients.map((operations) => operations.length));
  for (let kept = 1; kept < most; kept *= 2) {
    yield { ...scenario, clients: scenario.clients.map((operations) => operations.slice(0, kept)), params: { ...scenario.params, operations: kept } };
  }
}

function* withoutClients(scenario: Scenario): Generator<Scenario> {
  const { clients } = scenario;
  if (clients.length === 1) return;
  for (let gone = clients.length - 1; gone >= 0; gone--) {
    yield {
      ...scenario,
      clients: clients.filter((_, index) => index !== gone),
      params: { ...scenario.params, clients: clients.length - 1 },
      faults: scenario.faults.flatMap((episode) => withoutClient(episode, gone + 1)),
    };
  }
}

/** Clients are named by their place: those behind the one that goes move up. */
function withoutClient(episode: Episode, gone: number): Episode[] {
  const names = [...episode.target.matchAll(/c(\d+)/g)].map((match) => Number(match[1]));
  if (names.includes(gone)) return [];
  return [{ ...episode, target: episode.target.replace(/c(\d+)/g, (name, number: string) => (Number(number) > gone ? `c${Number(number) - 1}` : name)) }];
}

function* withoutOperations(scenario: Scenario): Generator<Scenario> {
  for (const [client, operations] of scenario.clients.entries()) {
    for (const kept of pieces(operations)) {
      const clients = scenario.clients.map((other, index) => (index === client ? [...kept] : other));
      const most = Math.max(...clients.map((list) => list.length));
      yield { ...scenario, clients, params: { ...scenario.params, operations: Math.max(1, most) } };
    }
  }
}

function* withSmallerParams(scenario: Scenario, ranges: Readonly<Record<string, IntegerRange>>): Generator<Scenario> {
  for (const [name, { min }] of Object.entries(ranges)) {
    if (name === 'clients' || name === 'operations') continue;
    for (const smaller of towards(scenario.params[name] ?? min, min)) yield { ...scenario, params: { ...scenario.params, [name]: smaller } };
  }
}

function* withSmallerOperations(scenario: Scenario, ranges: Readonly<Record<string, IntegerRange>>): Generator<Scenario> {
  for (const [name, { min }] of Object.entries(ranges)) {
    const all = scenario.clients.map((operations) => operations.map((operation) => ({ ...operation, [name]: min })));
    if (scenario.clients.flat().some((operation) => operation[name] !== min)) yield { ...scenario, clients: all };
  }
  for (const [client, operations] of scenario.clients.entries()) {
    for (const [at, operation] of operations.entries()) {
      for (const [name, { min }] of Object.entries(ranges)) {
        for (const smaller of towards(operation[name] ?? min, min)) {
          const changed = operations.map((other, index) => (index === at ? { ...other, [name]: smaller } : other));
          yield { ...scenario, clients: scenario.clients.map((other, index) => (index === client ? changed : other)) };
        }
      }
    }
  }
}

function* withGentlerFaults(scenario: Scenario, from: DrawnFrom): Generator<Scenario> {
  const scope = scopeOf(from, scenario.params, scenario.clients.length, scenario.horizonMs);
  for (const [index, episode] of scenario.faults.entries()) {
    for (const gentler of gentlerEpisodes(episode, scope)) {
      yield { ...scenario, faults: scenario.faults.map((other, at) => (at === index ? gentler : other)) };
    }
  }
}

function* gentlerEpisodes(episode: Episode, scope: FaultScope): Generator<Episode> {
  const fault = faults[episode.kind];
  const length = fault.lengthMs(scope);
  const strength = fault.strength(scope);
  const mildest = Math.min(Math.max(0, strength.min), strength.max);
  for (const shorter of towards(episode.forMs, Math.min(length.min, episode.forMs))) yield { ...episode, forMs: shorter };
  for (const weaker of towards(episode.strength, mildest)) yield { ...episode, strength: weaker };
  for (const sooner of towards(episode.atMs, 0)) yield { ...episode, atMs: sooner };
}

function* withShorterHorizon(scenario: Scenario): Generator<Scenario> {
  // What is permanent ends with the chaos phase, whenever that is.
  const passing = scenario.faults.filter((episode) => faults[episode.kind].permanent !== true);
  const last = Math.max(0, ...passing.map((episode) => episode.atMs + episode.forMs));
  for (const shorter of towards(scenario.horizonMs, Math.min(last, scenario.horizonMs))) yield { ...scenario, horizonMs: shorter };
}

/** The list without its first half, without its second, and so on down to each single element. */
export function* pieces<Item>(list: readonly Item[]): Generator<Item[]> {
  for (let size = Math.ceil(list.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let start = 0; start < list.length; start += size) yield [...list.slice(0, start), ...list.slice(start + size)];
  }
}

/** Numbers between `goal` and `value`, the goal first, then halfway, then nearer and nearer to `value`. */
export function* towards(value: number, goal: number): Generator<number> {
  for (let gap = value - goal; gap !== 0; gap = Math.trunc(gap / 2)) yield value - gap;
}
