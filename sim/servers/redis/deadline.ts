import { integerArgument } from './arguments.js';
import { refuse } from './command-error.js';
import type { RedisSession } from './redis-session.js';

export type ExpiryOption = 'EX' | 'PX' | 'EXAT' | 'PXAT';

const MAX = 2n ** 63n - 1n;
const MIN = -(2n ** 63n);
/** Below this, seconds and milliseconds alike stay exact as numbers when a time of the day is added. */
const SMALL = 1e12;

/** The wall-clock millisecond that an expiry option means. The value must be positive, as in SET and GETEX. */
export function positiveDeadline(client: RedisSession, option: ExpiryOption, text: string, commandName: string): number {
  const value = integerArgument(text);
  if (value <= 0) refuse(`ERR invalid expire time in '${commandName}' command`);
  return deadline(client, option, value, commandName);
}

/** The wall-clock millisecond that an expiry means, in the past or not. Refuses what does not fit in 64 bits. */
export function deadline(client: RedisSession, option: ExpiryOption, value: number | bigint, commandName: string): number {
  const relative = option === 'EX' || option === 'PX';
  const base = relative ? client.engine.nowMs : 0;
  const unit = option === 'EX' || option === 'EXAT' ? 1000 : 1;
  if (typeof value === 'number' && Math.abs(value) < SMALL) return value * unit + base;
  const inMilliseconds = BigInt(value) * BigInt(unit);
  const sum = inMilliseconds + BigInt(base);
  if (inMilliseconds > MAX || inMilliseconds < MIN || sum > MAX) refuse(`ERR invalid expire time in '${commandName}' command`);
  return Number(sum);
}
