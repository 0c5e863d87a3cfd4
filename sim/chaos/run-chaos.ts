import { randomInt } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { History } from '../../models/history.js';
import { formatHistory } from '../../models/history-file.js';
import type { Violation } from '../../properties/property.js';
import type { WorkloadDefinition } from '../define-workload.js';
import { loadPlugins, type Plugins } from '../explore/load-plugins.js';
import { serversOf, topologyOf } from '../topology.js';
import { UserInputError } from '../user-input-error.js';
import { checkBackends, findServers } from './chaos-backends.js';
import type { ChaosFaultCounts, ChaosFaultKind, ChaosTopology } from './chaos-fault.js';
import { chaosFaults } from './chaos-faults.js';
import { chaosParams } from './chaos-params.js';
import { drawChaosPlan } from './chaos-plan.js';
import type { ChaosProgress, ChaosResult, ChaosSpec, ChaosViolation } from './chaos-result.js';
import { ChaosRun } from './chaos-run.js';
import { ExitGuard } from './exit-guard.js';
import { askedProperties } from '../asked-properties.js';
import { judge } from './judge.js';

const PROGRESS_EVERY_MS = 200;

/**
 * Puts a lock and a workload under faults in the real world: real servers, workers in processes of their own, signals and
 * a proxy; and judges the history by the workload's properties. Throws a `UserInputError` for input that cannot be meant,
 * among it a machine without the server. No process and no folder but `directory` is left behind, however it ends.
 */
export async function runChaos(spec: ChaosSpec, onProgress: (progress: ChaosProgress) => void = () => undefined): Promise<ChaosResult> {
  const begun = performance.now();
  checkBackends(spec.backends);
  checkNumbers(spec);
  const plugins = await loadPlugins(spec.workload, spec.lock);
  const asked = askedProperties(plugins.workload);
  const seed = spec.seed ?? randomInt(2 ** 31);
  const params = chaosParams(plugins.workload, spec, seed);
  const servers = serversOf(plugins.workload, plugins.lock);
  const launch = findServers(servers, spec);
  const pooled = spec.pooler === false ? [] : servers.filter((server) => server === 'postgres');
  const topology: ChaosTopology = { ...topologyOf(params['clients'] as number, servers), pooled };
  const kinds = faultsFor(plugins, topology);
  const plan = drawChaosPlan({ seed, kinds, topology, ttlMs: params['ttlMs'] as number, horizonMs: spec.timeMs });

  const guard = new ExitGuard();
  try {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-chaos-'));
    // Servers that run as users of their own have their folders in it.
    chmodSync(folder, 0o711);
    guard.add(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }));
    guard.keepWatch(folder);
    const run = await ChaosRun.raise(
      { ...spec, seed, params, plan, topology, folder, launch, definition: plugins.workload, lockDefinition: plugins.lock },
      guard,
    );
    const stopTelling = tellRegularly(run, spec.timeMs, onProgress);
    let history: History;
    try {
      history = await run.play();
    } finally {
      stopTelling();
      await run.close();
    }
    onProgress(progressOf(run, spec.timeMs));
    const violations = judge(history, asked, run.failures);
    const file = writeHistory(spec, seed, history);
    return {
      workload: spec.workload,
      lock: spec.lock,
      backends: spec.backends,
      seed,
      seeds: null,
      events: null,
      virtualMs: null,
      wallMs: Math.round(performance.now() - begun),
      digest: null,
      ...verdictOn(violations, run, kinds),
      violations: violations.map((violation) => shown(violation, file)),
      faults: run.faults,
      sometimes: reachedIn(history, plugins.workload),
      grants: run.grants,
      operations: run.operations,
      effectiveFaults: effectiveAmong(run.faults),
      file,
    };
  } finally {
    await guard.end();
  }
}

function checkNumbers({ timeMs, clients, stock, seed }: ChaosSpec): void {
  if (!(timeMs >= 1000)) throw new UserInputError(`chaos needs a second at least: give 1 or more seconds, not ${timeMs / 1000}`);
  if (clients !== undefined && !(Number.isInteger(clients) && clients >= 1 && clients <= 100)) {
    throw new UserInputError(`chaos runs 1 to 100 clients, not ${clients}`);
  }
  if (stock !== undefined && !(Number.isSafeInteger(stock) && stock >= 1)) throw new UserInputError(`stock is a whole number, 1 or more, not ${stock}`);
  if (seed !== undefined && !(Number.isSafeInteger(seed) && seed >= 0)) throw new UserInputError(`a seed is a whole number, 0 or more, not ${seed}`);
}

/** What the lock says that it survives, as far as it can be done to real processes and finds something to hit here. */
const faultsFor = ({ lock }: Plugins, topology: ChaosTopology): readonly ChaosFaultKind[] =>
  [...chaosFaults.values()].filter((fault) => lock.assumes.faults.includes(fault.within) && fault.targets(topology).length > 0).map(({ kind }) => kind);

function verdictOn(violations: readonly Violation[], run: ChaosRun, kinds: readonly ChaosFaultKind[]): Pick<ChaosResult, 'verdict' | 'reasons'> {
  if (violations.length > 0) return { verdict: 'fail', reasons: [] };
  const idle = kinds.filter((kind) => (run.faults[kind]?.effective ?? 0) === 0);
  const reasons = idle.map((kind) => `the fault ${kind} never changed anything (${chaosFaults.get(kind)?.about})`);
  if (run.grants === 0) reasons.unshift('no lease was granted');
  return { verdict: reasons.length > 0 ? 'vacuous' : 'pass', reasons };
}

function shown({ property, message, operations }: Violation, file: string): ChaosViolation {
  return { property, message, file, operations: operations.length, seed: null, replay: null, events: null, faults: null };
}

/** 1 for each `sometimes` of the workload that this one run reached. */
const reachedIn = (history: History, { sometimes }: WorkloadDefinition): Record<string, number> =>
  Object.fromEntries(Object.entries(sometimes).map(([name, entry]) => [name, entry.reached(history) === true ? 1 : 0]));

function writeHistory({ directory, workload, lock }: ChaosSpec, seed: number, history: History): string {
  mkdirSync(directory, { recursive: true });
  const plain = (name: string): string => name.replace(/^.*[/\\]/, '').replace(/\.[cm]?[jt]s$/, '');
  const file = join(directory, `chaos-${plain(workload)}-${plain(lock)}-${seed}.jsonl`);
  writeFileSync(file, formatHistory(history));
  return relative(process.cwd(), file);
}

function tellRegularly(run: ChaosRun, totalMs: number, onProgress: (progress: ChaosProgress) => void): () => void {
  const timer = setInterval(() => onProgress(progressOf(run, totalMs)), PROGRESS_EVERY_MS);
  return () => clearInterval(timer);
}

function progressOf(run: ChaosRun, totalMs: number): ChaosProgress {
  const { phase, elapsedMs, grants, operations } = run;
  return { phase, elapsedMs: Math.round(elapsedMs), totalMs, grants, operations, effectiveFaults: effectiveAmong(run.faults) };
}

const effectiveAmong = (counts: ChaosFaultCounts): number => Object.values(counts).reduce((sum, { effective }) => sum + effective, 0);
