import type { Unknown } from '../base/outcome.js';
import type { PostgresOutcome } from '../ports/postgres.js';
import type { Unavailable } from './lock-protocol.js';

/**
 * Errors that pass by themselves: the statement lost against another one (40001, 40P01), waited too long (55P03, 57014), or
 * the server is short of something (53...) or a standby yet (25006).
 */
const TRANSIENT = /^(40001|40P01|55P03|57014|25006|53)/;
const UNDEFINED_TABLE = '42P01';

/** Says in a lock's words why there is no result. */
export function withoutResult(answer: Exclude<PostgresOutcome, { readonly status: 'ok' }>): Unavailable | Unknown {
  if (answer.status === 'unknown') return answer;
  const { refusal } = answer;
  if (refusal.reason === 'unavailable') return { status: 'refused', reason: 'unavailable', message: refusal.message, transient: true };
  const cure = refusal.sqlstate === UNDEFINED_TABLE ? ': make the tables with createPostgresSchema first' : '';
  return { status: 'refused', reason: 'unavailable', message: `${refusal.sqlstate} ${refusal.message}${cure}`, transient: TRANSIENT.test(refusal.sqlstate) };
}
