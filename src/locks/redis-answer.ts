import type { Unknown } from '../base/outcome.js';
import type { RedisOutcome, RedisReply } from '../ports/redis.js';
import type { Unavailable } from './lock-protocol.js';

/** Error replies of a server that will serve again by itself. */
const TRANSIENT: ReadonlySet<string> = new Set(['LOADING', 'BUSY', 'TRYAGAIN', 'CLUSTERDOWN', 'MASTERDOWN', 'READONLY', 'NOREPLICAS', 'MISCONF', 'OOM']);

/** Says in a lock's words why there is no reply. */
export function withoutReply(answer: Exclude<RedisOutcome, { readonly status: 'ok' }>): Unavailable | Unknown {
  if (answer.status === 'unknown') return answer;
  const { refusal } = answer;
  const transient = refusal.reason === 'unavailable' || TRANSIENT.has(refusal.code);
  return { status: 'refused', reason: 'unavailable', message: refusal.message, transient };
}

/** The elements of a reply that is an array; a reply that is none is taken for an array of one. */
export function replyList(reply: RedisReply): readonly RedisReply[] {
  return isList(reply) ? reply : [reply];
}

const isList = (reply: RedisReply): reply is readonly RedisReply[] => Array.isArray(reply);
