import type { FaultKind } from '../../src/locks/envelope.js';
import { faults } from '../nemesis/faults.js';
import type { FaultCount } from '../nemesis/nemesis.js';
import type { BudgetSpent } from '../run-scenario.js';
import { serversOf, topologyOf } from '../topology.js';
import type { CampaignSpec, Verdict } from './campaign-result.js';
import type { Plugins } from './load-plugins.js';
import type { SeedSummary } from './search-job.js';

/** With this many seeds, a fault kind that is on and never changed anything makes the campaign vacuous. */
const VACUOUS_FROM_SEEDS = 200;

/** What a campaign says in one word, and, unless the violations say it already, why. */
export interface CampaignVerdict {
  readonly verdict: Verdict;
  readonly reasons: readonly string[];
}

/** Fail before budget before vacuous before pass. */
export function campaignVerdict(spec: CampaignSpec, plugins: Plugins, summaries: readonly SeedSummary[], totals: CampaignTotals): CampaignVerdict {
  if (summaries.some(({ violated }) => violated.length > 0)) return { verdict: 'fail', reasons: [] };
  const cutOff = summaries.flatMap(({ seed, budget }) => (budget === null ? [] : [`seed ${seed} ${SPENT[budget]}`]));
  if (cutOff.length > 0) return { verdict: 'budget', reasons: cutOff };
  const unseen = notSeen(spec, plugins, summaries, totals);
  return unseen.length > 0 ? { verdict: 'vacuous', reasons: unseen } : { verdict: 'pass', reasons: [] };
}

const SPENT: Readonly<Record<BudgetSpent, string>> = {
  events: 'used up its budget of events',
  time: 'used up its budget of virtual time',
  progress: 'never came to its end: setup, a client or the audit still waits for something, long after the faults are over',
};

/** Sums over all seeds. */
export interface CampaignTotals {
  readonly faults: Partial<Record<FaultKind, FaultCount>>;
  readonly sometimes: Readonly<Record<string, number>>;
}

export function totalsOf(summaries: readonly SeedSummary[], { workload }: Plugins): CampaignTotals {
  const counts: Partial<Record<FaultKind, FaultCount>> = {};
  const sometimes = Object.fromEntries(Object.keys(workload.sometimes).map((name) => [name, 0]));
  for (const summary of summaries) {
    for (const [kind, { injected, effective }] of Object.entries(summary.faults) as [FaultKind, FaultCount][]) {
      const count = (counts[kind] ??= { injected: 0, effective: 0 });
      count.injected += injected;
      count.effective += effective;
    }
    for (const name of summary.reached) sometimes[name] = (sometimes[name] ?? 0) + 1;
  }
  return { faults: counts, sometimes };
}

/** What ought to have been seen and was not. */
function notSeen(spec: CampaignSpec, { workload, lock }: Plugins, summaries: readonly SeedSummary[], totals: CampaignTotals): string[] {
  const seeds = summaries.length;
  if (seeds === 0) return ['no seed was run: give more time, or more seeds than shards'];
  const on: readonly FaultKind[] = spec.faults === 'all' ? lock.assumes.faults : spec.faults === 'none' ? [] : spec.faults;
  const inapplicable = new Set(summaries.flatMap((summary) => summary.inapplicable));
  const missed = Object.entries(workload.sometimes)
    .filter(([name, { withinSeeds, faults: needed }]) => !inapplicable.has(name) && seeds >= withinSeeds && needed.every((kind) => on.includes(kind)))
    .filter(([name]) => totals.sometimes[name] === 0)
    .map(([name]) => `"${name}" never happened in ${seeds} seeds`);
  const topology = topologyOf(1, serversOf(workload, lock));
  const idle = on
    .filter((kind) => seeds >= VACUOUS_FROM_SEEDS && faults[kind].targets(topology).length > 0 && (totals.faults[kind]?.effective ?? 0) === 0)
    .map((kind) => `the fault ${kind} never changed anything in ${seeds} seeds`);
  return [...missed, ...idle];
}
