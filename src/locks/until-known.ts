import { milliseconds, type Duration } from '../base/time.js';
import type { Clock } from '../ports/clock.js';
import { sleep } from './sleep.js';

/** How often and how patiently a request is repeated. */
export interface AttemptPolicy {
  /** How long the first attempt waits for its answer; each further one waits twice as long, up to ten times this. */
  readonly timeout: Duration;
  /** How many attempts at most. */
  readonly attempts: number;
}

/** How long attempt number `n`, from 1, waits: a slow link needs longer, and asking it the same way again would never end. */
export function attemptTimeout(policy: AttemptPolicy, n: number): Duration {
  return Math.round(policy.timeout * Math.min(2 ** (n - 1), 10)) as Duration;
}

/** A part of a length, at least a millisecond: a request needs some time, however little is left. */
export const fraction = (length: Duration, parts: number): Duration => Math.max(1000, Math.ceil(length / parts)) as Duration;

export const shorter = (one: Duration, other: Duration): Duration => Math.max(1000, Math.min(one, other)) as Duration;

/** A lost connection answers at once; asking again at once would only burn attempts before there is a new one. */
export const RECONNECT_PAUSE = milliseconds(10);

/** What `untilKnown` looks at in an answer. */
export interface Fate {
  readonly status: string;
  readonly reason?: string;
  readonly transient?: boolean;
}

/**
 * Sends an idempotent request until its fate is known, or until it has been tried often enough, or is not `worthwhile`
 * any more. Once an attempt went unanswered, a later "could not be sent" does not settle it: the answer stays `unknown`.
 */
export async function untilKnown<Answer extends Fate>(
  clock: Clock,
  policy: AttemptPolicy,
  attempt: (timeout: Duration) => Promise<Answer>,
  worthwhile: () => boolean = () => true,
): Promise<Answer> {
  let unanswered: Answer | null = null;
  for (let n = 1; ; n += 1) {
    const answer = await attempt(attemptTimeout(policy, n));
    const unavailable = answer.status === 'refused' && answer.reason === 'unavailable';
    if (answer.status === 'unknown') unanswered = answer;
    else if (!unavailable) return answer;
    const hopeless = unavailable && answer.transient !== true;
    if (hopeless || n >= policy.attempts || !worthwhile()) return unanswered ?? answer;
    if (answer.reason !== 'timeout') await sleep(clock, RECONNECT_PAUSE);
  }
}
