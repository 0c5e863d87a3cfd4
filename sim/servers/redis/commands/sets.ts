import { arg, indexArgument, integerArgument } from '../arguments.js';
import type { Command } from '../command.js';
import { command } from '../command.js';
import { refuse, SYNTAX_ERROR } from '../command-error.js';
import type { RedisSession } from '../redis-session.js';
import type { RespValue } from '../resp-value.js';
import { newSet } from '../values/entry.js';

type Members = ReadonlySet<string>;

const EMPTY: Members = new Set();

function sadd(client: RedisSession, args: readonly string[]): RespValue {
  const key = arg(args, 1);
  let entry = client.db.set(key);
  if (entry === undefined) client.db.put(key, (entry = newSet()));
  const before = entry.value.size;
  for (let i = 2; i < args.length; i += 1) entry.value.add(arg(args, i));
  const added = entry.value.size - before;
  if (added > 0) client.db.changed(key);
  return added;
}

function srem(client: RedisSession, args: readonly string[]): RespValue {
  const key = arg(args, 1);
  const members = client.db.set(key)?.value;
  if (members === undefined) return 0;
  let removed = 0;
  for (let i = 2; i < args.length; i += 1) if (members.delete(arg(args, i))) removed += 1;
  if (removed > 0) client.db.shrunk(key, members.size);
  return removed;
}

function reply(client: RedisSession, members: Iterable<string>): RespValue {
  return client.protocol === 3 ? { set: [...members] } : [...members];
}

function spop(client: RedisSession, args: readonly string[]): RespValue {
  const key = arg(args, 1);
  if (args.length > 3) refuse(SYNTAX_ERROR);
  const count = args.length === 3 ? notNegative(arg(args, 2)) : undefined;
  const members = client.db.set(key)?.value;
  if (members === undefined) return count === undefined ? null : reply(client, []);
  const rest = [...members];
  const taken: string[] = [];
  for (let i = Math.min(count ?? 1, rest.length); i > 0; i -= 1) taken.push(...rest.splice(client.engine.random(rest.length), 1));
  for (const member of taken) members.delete(member);
  if (taken.length > 0) {
    client.db.shrunk(key, members.size);
    client.engine.logAs(['SREM', key, ...taken]);
  }
  return count === undefined ? (taken[0] ?? null) : reply(client, taken);
}

function notNegative(text: string): number {
  const count = indexArgument(text, 'ERR value is out of range, must be positive');
  return count < 0 ? refuse('ERR value is out of range, must be positive') : count;
}

/** A positive count asks for that many different members, a negative one for that many draws. */
function srandmember(client: RedisSession, args: readonly string[]): RespValue {
  if (args.length > 3) refuse(SYNTAX_ERROR);
  const count = args.length === 3 ? countArgument(arg(args, 2)) : undefined;
  const members = [...(client.db.set(arg(args, 1))?.value ?? [])];
  const draw = (): number => client.engine.random(members.length);
  if (count === undefined) return members.length === 0 ? null : (members[draw()] ?? null);
  if (members.length === 0) return [];
  if (count < 0) return Array.from({ length: -count }, () => members[draw()] ?? '');
  const taken: string[] = [];
  while (taken.length < count && members.length > 0) taken.push(...members.splice(draw(), 1));
  return taken;
}

function countArgument(text: string): number {
  const count = integerArgument(text);
  if (count < -(2n ** 62n) || count > 2n ** 62n) refuse('ERR value is out of range');
  return Number(count);
}

function smismember(client: RedisSession, args: readonly string[]): RespValue {
  const members = client.db.set(arg(args, 1))?.value ?? EMPTY;
  return args.slice(2).map((member) => (members.has(member) ? 1 : 0));
}

function combine(how: (first: Members, rest: readonly Members[]) => Iterable<string>) {
  return (client: RedisSession, args: readonly string[]): RespValue => {
    const [first = EMPTY, ...rest] = args.slice(1).map((key) => client.db.set(key)?.value ?? EMPTY);
    return reply(client, how(first, rest));
  };
}

const intersect = combine((first, rest) => [...first].filter((member) => rest.every((other) => other.has(member))));
const unite = combine((first, rest) => new Set([first, ...rest].flatMap((members) => [...members])));
const subtract = combine((first, rest) => [...first].filter((member) => !rest.some((other) => other.has(member))));

export const setCommands: readonly Command[] = [
  command('sadd', -3, sadd, 'write'),
  command('srem', -3, srem, 'write'),
  command('smembers', 2, (client, args) => reply(client, client.db.set(arg(args, 1))?.value ?? EMPTY)),
  command('sismember', 3, (client, args) => (client.db.set(arg(args, 1))?.value.has(arg(args, 2)) === true ? 1 : 0)),
  command('smismember', -3, smismember),
  command('scard', 2, (client, args) => client.db.set(arg(args, 1))?.value.size ?? 0),
  command('spop', -2, spop, 'write'),
  command('srandmember', -2, srandmember),
  command('sinter', -2, intersect),
  command('sunion', -2, unite),
  command('sdiff', -2, subtract),
];
