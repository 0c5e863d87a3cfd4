import { isDeepStrictEqual } from 'node:util';
import { isRespError, type RespValue } from '../../../sim/servers/redis/resp-value.js';
import type { Comparison } from './step.js';

/** Two servers are asked at slightly different times. */
const MILLISECONDS = 3000;

/** Whether two replies agree, as far as the comparison asks. */
export function repliesAgree(one: RespValue, other: RespValue, comparison: Comparison): boolean {
  if (isRespError(one) || isRespError(other)) return isDeepStrictEqual(one, other);
  switch (comparison) {
    case 'exact':
      return isDeepStrictEqual(one, other);
    case 'unordered':
      return isDeepStrictEqual(asBag(one), asBag(other));
    case 'pairs':
      return isDeepStrictEqual(asPairs(one), asPairs(other));
    case 'milliseconds':
      return isNear(one, other, MILLISECONDS);
    case 'seconds':
      return isNear(one, other, MILLISECONDS / 1000);
    case 'random':
      return Array.isArray(one) ? Array.isArray(other) && one.length === other.length : typeof one === typeof other;
    case 'scan':
      return Array.isArray(one) && Array.isArray(other) && isDeepStrictEqual(asBag(one[1] as RespValue), asBag(other[1] as RespValue));
  }
}

function asBag(value: RespValue): RespValue {
  return Array.isArray(value) ? (value as RespValue[]).map((item) => JSON.stringify(item)).sort() : value;
}

function asPairs(value: RespValue): RespValue {
  if (!Array.isArray(value)) return value;
  const items = value as readonly RespValue[];
  return asBag(Array.from({ length: Math.ceil(items.length / 2) }, (_, i) => items.slice(2 * i, 2 * i + 2)));
}

/** Negative answers (no key, no expiry) must be the same. */
function isNear(one: RespValue, other: RespValue, tolerance: number): boolean {
  // Beyond 2^53 milliseconds, 285,000 years, the engine keeps an expiry as exactly as a double can.
  if (typeof one === 'bigint' && typeof other === 'bigint') return Math.abs(Number(one - other)) <= tolerance + 1024;
  if (typeof one !== 'number' || typeof other !== 'number' || one < 0 || other < 0) return isDeepStrictEqual(one, other);
  return Math.abs(one - other) <= tolerance;
}
