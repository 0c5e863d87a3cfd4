import { readFileSync } from 'node:fs';
import type { Checkpoint } from '../kernel/checkpoints.js';
import { installGuards } from '../kernel/guards.js';
import { installVirtualGlobals } from '../kernel/virtual-globals.js';
import type { Trace } from '../kernel/trace.js';
import { type RunResult, runScenario } from '../run-scenario.js';
import { createLuaRuntime } from '../servers/redis/lua/lua-runtime.js';
import { UserInputError } from '../user-input-error.js';
import { codeFingerprint } from './code-fingerprint.js';
import { findingFromText, findingFromToken, looksLikeToken, shortDigest } from './finding.js';
import { loadPlugins, probePlugins } from './load-plugins.js';

/** An event that computes for so long never ends. */
const STUCK_MS = 10_000;

/** What `holdfast replay` answers; null where a field has no meaning. */
export interface ReplayResult {
  /** The property that broke; null when all held. */
  readonly property: string | null;
  /** One sentence about it. */
  readonly message: string | null;
  /** The event at which it broke. */
  readonly event: number | null;
  readonly digest: string;
  /** Whether the digest is the recorded one; null when none was recorded (a bare scenario). */
  readonly matched: boolean | null;
  /** The two event numbers between which the run began to differ from the recorded one. */
  readonly divergedBetween: readonly [number, number] | null;
  /** Remarks for a person: made by other code, a fault outside the envelope. */
  readonly remarks: readonly string[];
}

export interface ReplayOptions {
  /** Where the run is written down, event by event. */
  readonly trace?: Trace;
}

/** Runs a recorded scenario again, exactly. Takes a token, or the path of a scenario file. */
export async function replay(tokenOrFile: string, options: ReplayOptions = {}): Promise<ReplayResult> {
  const recorded = looksLikeToken(tokenOrFile) ? findingFromToken(tokenOrFile) : findingFromText(readScenarioFile(tokenOrFile), tokenOrFile);
  const { scenario } = recorded;
  // Before the user's module: what it captures at its top must be the virtual ones already.
  installVirtualGlobals();
  installGuards();
  await probePlugins(scenario.workload, scenario.lock);
  const plugins = await loadPlugins(scenario.workload, scenario.lock);
  const lua = await createLuaRuntime();
  const result = await runScenario(scenario, { ...plugins, lua, stuckMs: STUCK_MS, ...(options.trace === undefined ? {} : { trace: options.trace }) });
  const violation = result.violations.find(({ property }) => property === recorded.property) ?? result.violations[0];
  const hasDigest = recorded.digest !== '';
  const matched = hasDigest ? shortDigest(result.digest) === recorded.digest : null;
  return {
    property: violation?.property ?? null,
    message: violation?.message ?? null,
    event: violation?.event ?? null,
    digest: result.digest,
    matched,
    divergedBetween: matched === false ? divergence(recorded.checkpoints, result) : null,
    remarks:
      hasDigest && recorded.fingerprint !== codeFingerprint(plugins.modules)
        ? ['it was recorded with other code than this, so the run may differ from the recorded one']
        : [],
  };
}

function readScenarioFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (error as Error).message;
    throw new UserInputError(`cannot read ${path}: ${why}; give a replay token (it begins with "hf1.") or a scenario file from .holdfast/`);
  }
}

/** Between the last recorded checkpoint that agrees and the first that does not. */
function divergence(recorded: readonly Checkpoint[], result: RunResult): [number, number] {
  const now = new Map(result.checkpoints.map(({ event, digest }) => [event, shortDigest(digest)]));
  let agreed = 0;
  for (const { event, digest } of recorded) {
    if (now.get(event) !== digest) return [agreed, event];
    agreed = event;
  }
  return [agreed, result.events];
}
