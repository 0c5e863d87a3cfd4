import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Digest, hashOf } from '../kernel/digest.js';
import { operationsOf } from '../scenario.js';
import { UserInputError } from '../user-input-error.js';
import type { CampaignProgress, CampaignResult, CampaignSpec, FoundViolation } from './campaign-result.js';
import { campaignVerdict, totalsOf } from './campaign-verdict.js';
import { findingToText, findingToToken } from './finding.js';
import { loadPlugins } from './load-plugins.js';
import { modelTransitions } from './model-transitions.js';
import type { SearchReport, SearchSetup, SeedSummary } from './search-job.js';
import { ENDLESS, SearchLane } from './search-lane.js';
import { SeedSource } from './seed-source.js';

/** Runs all seeds, whatever they break, then shrinks one violation a property: that of the lowest seed. */
export async function runCampaign(spec: CampaignSpec, onProgress: (progress: CampaignProgress) => void): Promise<CampaignResult> {
  const lanes = Array.from({ length: spec.workers }, () => new SearchLane());
  try {
    return await runCampaignOn(lanes, spec, onProgress);
  } finally {
    await Promise.all(lanes.map((lane) => lane.close()));
  }
}

/** The same, on threads that the caller keeps for the next campaign; their number stands for `spec.workers`. */
export async function runCampaignOn(
  threads: readonly SearchLane[],
  spec: CampaignSpec,
  onProgress: (progress: CampaignProgress) => void,
): Promise<CampaignResult> {
  const begun = performance.now();
  const plugins = await loadPlugins(spec.workload, spec.lock);
  const setup: SearchSetup = { workload: spec.workload, lock: spec.lock, faults: spec.faults, fixed: spec.fixed ?? {} };
  const source = new SeedSource(spec, () => performance.now());
  // No more threads than seeds: one that has nothing to do never starts.
  const lanes = threads.slice(0, Math.max(1, source.total ?? Infinity));
  for (const lane of lanes) lane.use(setup);
  const summaries = await searchAll(lanes, source, onProgress);
  const violations = await shrinkAll(lanes, spec, summaries, onProgress);
  const totals = totalsOf(summaries, plugins);
  const transitions = modelTransitions(plugins.workload, summaries);
  return {
    workload: spec.workload,
    lock: spec.lock,
    seeds: summaries.length,
    events: sum(summaries, (summary) => summary.events),
    virtualMs: Math.round(sum(summaries, (summary) => summary.virtualMs)),
    wallMs: Math.round(performance.now() - begun),
    digest: 'seeds' in spec.extent ? combine(summaries) : null,
    violations,
    ...totals,
    ...(transitions === null ? {} : { transitions }),
    ...campaignVerdict(spec, plugins, summaries, totals),
  };
}

/** All seeds, in seed order. */
async function searchAll(lanes: readonly SearchLane[], source: SeedSource, onProgress: (progress: CampaignProgress) => void): Promise<SeedSummary[]> {
  const summaries: SeedSummary[] = [];
  const violated = new Set<string>();
  let virtualMs = 0;
  await Promise.all(
    lanes.map(async (lane) => {
      for (let seeds = source.take(); seeds.length > 0; seeds = source.take()) {
        for (const summary of await lane.search(seeds)) {
          // One is enough: each costs half a minute, and they come in crowds.
          if (summary.digest === ENDLESS) source.close();
          summaries.push(summary);
          virtualMs += summary.virtualMs;
          for (const { property } of summary.violated) violated.add(property);
        }
        onProgress({ phase: 'searching', done: summaries.length, total: source.total, virtualMs, violated: [...violated] });
      }
    }),
  );
  return summaries.sort((one, other) => one.seed - other.seed);
}

/** The lowest seed of each broken property, shrunk, in the order in which seeds broke them. */
async function shrinkAll(
  lanes: readonly SearchLane[],
  spec: CampaignSpec,
  summaries: readonly SeedSummary[],
  onProgress: (progress: CampaignProgress) => void,
): Promise<FoundViolation[]> {
  const lowest = new Map<string, { seed: number; message: string; isEndless: boolean }>();
  for (const { seed, violated, digest } of summaries) {
    for (const { property, message } of violated) if (!lowest.has(property)) lowest.set(property, { seed, message, isEndless: digest === ENDLESS });
  }
  const waiting = [...lowest];
  const found = new Map<string, FoundViolation>();
  await Promise.all(
    lanes.map(async (lane) => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        onProgress({ phase: 'shrinking', done: found.size, total: lowest.size, virtualMs: 0, violated: [...lowest.keys()] });
        const [property, { seed, message, isEndless }] = next;
        const shrunk = isEndless ? null : await lane.shrink(seed, property);
        found.set(property, shrunk === null ? unshrunk(property, seed, message) : write(spec, property, shrunk));
      }
    }),
  );
  return [...lowest.keys()].flatMap((property) => found.get(property) ?? []);
}

/** A run that never ends cannot be replayed: there is the seed, and nothing more. */
const unshrunk = (property: string, seed: number, message: string): FoundViolation => ({
  property,
  seed,
  message,
  replay: '',
  file: '',
  events: 0,
  faults: 0,
  operations: 0,
});

function write(spec: CampaignSpec, property: string, { seed, finding, message, events }: Extract<SearchReport, { kind: 'shrunk' }>): FoundViolation {
  const plain = (name: string): string => name.replace(/^.*[/\\]/, '').replace(/\.[cm]?[jt]s$/, '');
  const file = join(spec.directory, `${plain(spec.workload)}-${plain(spec.lock)}-${property}-${seed}.json`);
  try {
    mkdirSync(spec.directory, { recursive: true });
    writeFileSync(file, findingToText(finding));
  } catch (error) {
    throw new UserInputError(`cannot write ${file}: ${(error as Error).message}; make room for the folder ${spec.directory}, or run elsewhere`);
  }
  return {
    property,
    seed,
    message,
    replay: findingToToken(finding),
    file: relative(process.cwd(), file),
    events,
    faults: finding.scenario.faults.length,
    operations: operationsOf(finding.scenario),
  };
}

function combine(summaries: readonly SeedSummary[]): string {
  const digest = new Digest();
  for (const summary of summaries) digest.mix(hashOf(summary.digest, summary.seed | 0));
  return digest.value;
}

const sum = <Item>(items: readonly Item[], of: (item: Item) => number): number => items.reduce((total, item) => total + of(item), 0);
