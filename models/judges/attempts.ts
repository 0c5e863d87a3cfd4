import { byKey } from '../by-key.js';
import type { OperationRecord } from '../history.js';

/**
 * Attempts with one operation id are one operation: it happened once, or not at all.
 *
 * It is `ok` when one attempt is, at some time since the first one was called if that answer may have come from the
 * resource's memory (`value.repeated` is not false). Else it is `unknown` when one attempt is. Refused attempts stay what they
 * are, but may have been refused, from memory, since the first one was called.
 */
export function attemptsAsOne(operations: readonly OperationRecord[]): readonly OperationRecord[] {
  return [...byKey(operations, idOf).values()].flatMap((attempts) => (attempts.length === 1 ? attempts : asOne(attempts)));
}

const idOf = ({ id, key, args }: OperationRecord): string => (typeof args['operationId'] === 'string' ? JSON.stringify([key, args['operationId']]) : `${id}`);

function asOne(attempts: readonly OperationRecord[]): OperationRecord[] {
  const invoke = Math.min(...attempts.map((attempt) => attempt.invoke));
  const sinceFirst = (attempt: OperationRecord): OperationRecord => ({ ...attempt, invoke });
  const refused = attempts.filter(({ status }) => status === 'refused').map(sinceFirst);
  const done = attempts.find(({ status }) => status === 'ok');
  if (done !== undefined) return [...refused, done.value['repeated'] === false ? done : sinceFirst(done)];
  const unknown = attempts.find(({ status }) => status === 'unknown');
  return unknown === undefined ? refused : [...refused, unknown];
}
