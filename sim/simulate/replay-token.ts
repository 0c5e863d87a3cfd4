import { z } from 'zod';
import { shortDigest } from '../explore/finding.js';
import { packToken, unpackToken } from '../explore/token.js';
import type { Checkpoint } from '../kernel/checkpoints.js';
import { UserInputError } from '../user-input-error.js';
import { type Plan, planShape } from './plan.js';

/** A run as it was recorded: its plan, and enough of its digests to tell whether another run is the same. */
export interface RecordedRun {
  readonly plan: Plan;
  /** The first 8 digits; empty when nobody knows it, and then it is not compared. */
  readonly digest: string;
  readonly checkpoints: readonly Checkpoint[];
  /** Whether all simpler plans had been tried, so that each of its faults is needed. True when absent. */
  readonly isSmallest?: boolean;
}

const PREFIX = 'hp1.';
/** A token is copied by hand: a few checkpoints are enough. */
const MOST_CHECKPOINTS = 12;

const shape = z.strictObject({ plan: planShape, digest: z.string(), checkpoints: z.array(z.tuple([z.int(), z.string()])), isSmallest: z.boolean() });

/** Packs a run into one word. */
export function replayToken({ plan, digest, checkpoints, isSmallest = true }: RecordedRun): string {
  const stride = Math.ceil(checkpoints.length / MOST_CHECKPOINTS);
  const few = checkpoints.filter((_, index) => (index + 1) % stride === 0).map((mark) => [mark.event, shortDigest(mark.digest)]);
  return packToken(PREFIX, JSON.stringify({ plan, digest: shortDigest(digest), checkpoints: few, isSmallest }));
}

/** Reads a token. Throws a `UserInputError` with one line when it is damaged. */
export function recordedRunOf(token: string): RecordedRun {
  const text = unpackToken(PREFIX, token);
  const result = shape.safeParse(JSON.parse(text));
  if (!result.success) throw new UserInputError('the replay token is of another version of Holdfast: find the failure anew, by its seed');
  const { plan, digest, checkpoints, isSmallest } = result.data;
  return { plan, digest, isSmallest, checkpoints: checkpoints.map(([event, mark]) => ({ event, digest: mark })) };
}

/** The events between which a run began to differ from the recorded one; null when it is the same. */
export function divergence(recorded: RecordedRun, now: Omit<RecordedRun, 'isSmallest'> & { readonly events: number }): readonly [number, number] | null {
  if (recorded.digest === '' || shortDigest(recorded.digest) === shortDigest(now.digest)) return null;
  const marks = new Map(now.checkpoints.map(({ event, digest }) => [event, shortDigest(digest)]));
  let agreed = 0;
  for (const { event, digest } of recorded.checkpoints) {
    const mark = marks.get(event);
    // The longer run keeps fewer of its early checkpoints.
    if (mark === undefined && event <= now.events) continue;
    if (mark !== shortDigest(digest)) return [agreed, event];
    agreed = event;
  }
  return [agreed, now.events];
}
