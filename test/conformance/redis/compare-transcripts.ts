import { isDeepStrictEqual } from 'node:util';
import type { RedisOutcome, RedisReply } from '../../../src/ports/redis.js';
import { repliesAgree } from './compare-replies.js';
import { showStep, type PortStep } from './port-step.js';
import type { TimeScale } from './run-clock.js';
import type { Comparison } from './step.js';
import type { Entry, Transcript } from './transcript.js';

/** The first thing in which two runs of a sequence do not agree. */
export interface Difference {
  readonly steps: readonly PortStep[];
  /** Which step; the data at the end come after the last. */
  readonly at: number;
  readonly entries: readonly [Entry, Entry];
}

export function firstDifference(steps: readonly PortStep[], one: Transcript, other: Transcript, scale: TimeScale): Difference | undefined {
  // How to compare what EXEC will answer: by what each session has queued since MULTI.
  const queues = new Map<number, Comparison[]>();
  for (const [at, entry] of one.entries.entries()) {
    const opposite = other.entries[at] as Entry;
    const step = steps[at];
    if (!outcomesAgree(entry.outcome, opposite.outcome, step, queues, scale) || !isDeepStrictEqual(entry.heard, opposite.heard)) {
      return { steps, at, entries: [entry, opposite] };
    }
  }
  return undefined;
}

function outcomesAgree(
  one: RedisOutcome | null,
  other: RedisOutcome | null,
  step: PortStep | undefined,
  queues: Map<number, Comparison[]>,
  scale: TimeScale,
): boolean {
  const queue = queues.get(step?.session ?? -1) ?? [];
  const name = step?.does === 'command' ? step.args[0]?.toUpperCase() : undefined;
  if (step !== undefined && (name === 'EXEC' || name === 'DISCARD' || name === 'RESET' || (step.does === 'close' && step.session > 0)))
    queues.delete(step.session);
  if (one?.status !== 'ok' || other?.status !== 'ok') return isDeepStrictEqual(one, other);
  if (one.value === 'QUEUED' && step !== undefined) {
    queues.set(step.session, [...queue, step.comparison]);
    return other.value === 'QUEUED';
  }
  if (name !== 'EXEC') return agree(one.value, other.value, step?.comparison ?? 'exact', scale);
  if (!Array.isArray(one.value) || !Array.isArray(other.value)) return isDeepStrictEqual(one.value, other.value);
  const [ours, theirs] = [one.value as readonly RedisReply[], other.value as readonly RedisReply[]];
  return ours.length === theirs.length && ours.every((reply, i) => agree(reply, theirs[i] as RedisReply, queue[i] ?? 'exact', scale));
}

/** Remaining lives in milliseconds above this one are long ones, and may differ by what lies between two runs. */
const LONG_MS = 10_000;

/** Scripts of ours answer remaining lives inside of arrays. */
function agree(one: RedisReply, other: RedisReply, comparison: Comparison, scale: TimeScale): boolean {
  if (comparison !== 'milliseconds') return repliesAgree(rounded(one), rounded(other), comparison);
  if (Array.isArray(one) && Array.isArray(other)) {
    const theirs = other as readonly RedisReply[];
    return one.length === other.length && (one as readonly RedisReply[]).every((item, i) => agree(item, theirs[i] as RedisReply, comparison, scale));
  }
  if (typeof one === 'number' && typeof other === 'number' && one >= 0 && one < LONG_MS && other >= 0) return Math.abs(one - other) <= scale.readingToleranceMs;
  return repliesAgree(rounded(one), rounded(other), comparison);
}

/** Beyond 2^53 clients round integers, each in its way: see `RedisReply`. */
function rounded(reply: RedisReply): RedisReply {
  if (Array.isArray(reply)) return (reply as readonly RedisReply[]).map(rounded);
  return typeof reply === 'number' && !Number.isSafeInteger(reply) ? Number(reply.toPrecision(14)) : reply;
}

/** For messages: the sequence up to the difference, and both answers. */
export function showDifference({ steps, at, entries: [one, other] }: Difference, names: readonly [string, string]): string {
  const width = Math.max(...names.map((name) => name.length));
  return [
    ...steps.slice(0, at + 1).map((step) => `  ${showStep(step)}`),
    ...(at === steps.length ? ['  and then all the data'] : []),
    `${names[0].padEnd(width)} ${showEntry(one)}`,
    `${names[1].padEnd(width)} ${showEntry(other)}`,
  ].join('\n');
}

export function showEntry({ outcome, heard }: Entry): string {
  return `${JSON.stringify(outcome)}${heard.length === 0 ? '' : ` heard ${JSON.stringify(heard)}`}`;
}
