import type { HistoryValue, OperationRecord } from './history.js';

/** The fields of `args` and `value` that judges read, with the types that the conventions of `History` give them. */

/** The fencing token that an `acquire` granted; null when the lock hands out none. */
export const grantedToken = (acquire: OperationRecord): bigint | null => token(acquire.value['token']);

/** The fencing token that an access showed to the resource; null when it showed none. */
export const shownToken = (access: OperationRecord): bigint | null => token(access.args['token']);

/** The end of the lease by its holder's own clock, in true microseconds; Infinity when the holder believes in it until it releases. */
export function validUntil(grant: OperationRecord): number {
  const end = grant.value['validUntil'];
  return typeof end === 'number' ? end : Infinity;
}

/** The place of an accepted access in the resource's own order; null where the resource keeps none. */
export function sequenceOf(access: OperationRecord): number | null {
  const sequence = access.value['sequence'];
  return typeof sequence === 'number' ? sequence : null;
}

/** The id of the acquire that an `extend` or a `release` belongs to; null when it is not said. */
export function leaseOf(operation: OperationRecord): number | null {
  const lease = operation.args['lease'];
  return typeof lease === 'number' ? lease : null;
}

/** True microseconds as milliseconds, for messages. */
export function inMilliseconds(microseconds: number): string {
  return `${(microseconds / 1000).toFixed(3).replace(/\.?0+$/, '')} ms`;
}

function token(value: HistoryValue | undefined): bigint | null {
  return typeof value === 'string' ? BigInt(value) : null;
}
