import { arg, integerArgument } from '../arguments.js';
import type { Command } from '../command.js';
import { command } from '../command.js';
import { refuse } from '../command-error.js';
import type { ExpiryOption } from '../deadline.js';
import { deadline } from '../deadline.js';
import type { RedisSession } from '../redis-session.js';
import type { RespValue } from '../resp-value.js';
import { NEVER } from '../values/entry.js';

interface Conditions {
  readonly nx: boolean;
  readonly xx: boolean;
  readonly gt: boolean;
  readonly lt: boolean;
}

function parseConditions(args: readonly string[]): Conditions {
  const given = new Set<string>();
  for (let i = 3; i < args.length; i += 1) {
    const option = arg(args, i);
    if (!['NX', 'XX', 'GT', 'LT'].includes(option.toUpperCase())) refuse(`ERR Unsupported option ${option}`);
    given.add(option.toUpperCase());
  }
  const conditions = { nx: given.has('NX'), xx: given.has('XX'), gt: given.has('GT'), lt: given.has('LT') };
  if (conditions.nx && given.size > 1) refuse('ERR NX and XX, GT or LT options at the same time are not compatible');
  if (conditions.gt && conditions.lt) refuse('ERR GT and LT options at the same time are not compatible');
  return conditions;
}

function expire(option: ExpiryOption, name: string) {
  return (client: RedisSession, args: readonly string[]): RespValue => {
    const key = arg(args, 1);
    const conditions = parseConditions(args);
    const when = deadline(client, option, integerArgument(arg(args, 2)), name);
    const entry = client.db.find(key);
    if (entry === undefined) return 0;
    // No expiry counts as the latest one, except that LT may always set a first.
    const current = entry.expireAt;
    if (conditions.nx && current !== NEVER) return 0;
    if (conditions.xx && current === NEVER) return 0;
    if (conditions.gt && when <= current) return 0;
    if (conditions.lt && when >= current) return 0;
    if (when <= client.engine.nowMs) {
      client.db.remove(key);
      client.engine.logAs(['DEL', key]);
    } else {
      entry.expireAt = when;
      client.db.changed(key);
      client.engine.logAs(['PEXPIREAT', key, String(when)]);
    }
    return 1;
  };
}

/** TTL and its kin: -2 without the key, -1 without an expiry. */
function remaining(read: (expireAt: number, nowMs: number) => number) {
  return (client: RedisSession, args: readonly string[]): RespValue => {
    const entry = client.db.find(arg(args, 1));
    if (entry === undefined) return -2;
    if (entry.expireAt === NEVER) return -1;
    const value = read(entry.expireAt, client.engine.nowMs);
    return Number.isSafeInteger(value) ? value : BigInt(value);
  };
}

/** Redis rounds half seconds up. */
const seconds = (count: number): number => Math.floor((count + 500) / 1000);

function persist(client: RedisSession, args: readonly string[]): RespValue {
  const key = arg(args, 1);
  const entry = client.db.find(key);
  if (entry === undefined || entry.expireAt === NEVER) return 0;
  entry.expireAt = NEVER;
  client.db.changed(key);
  return 1;
}

export const expiryCommands: readonly Command[] = [
  command('expire', -3, expire('EX', 'expire'), 'write'),
  command('pexpire', -3, expire('PX', 'pexpire'), 'write'),
  command('expireat', -3, expire('EXAT', 'expireat'), 'write'),
  command('pexpireat', -3, expire('PXAT', 'pexpireat'), 'write'),
  command(
    'ttl',
    2,
    remaining((expireAt, nowMs) => seconds(Math.max(0, expireAt - nowMs))),
  ),
  command(
    'pttl',
    2,
    remaining((expireAt, nowMs) => Math.max(0, expireAt - nowMs)),
  ),
  command(
    'expiretime',
    2,
    remaining((expireAt) => seconds(expireAt)),
  ),
  command(
    'pexpiretime',
    2,
    remaining((expireAt) => expireAt),
  ),
  command('persist', 2, persist, 'write'),
];
