import { arg, indexArgument } from '../arguments.js';
import type { Command } from '../command.js';
import { command } from '../command.js';
import { refuse, SYNTAX_ERROR } from '../command-error.js';
import type { RedisSession } from '../redis-session.js';
import type { RespValue } from '../resp-value.js';
import { formatDouble } from '../values/double.js';
import { parseInt64 } from '../values/int64.js';
import { matchesGlob } from '../values/glob.js';

/** Collections up to this size are compact, and Redis hands them out in one go, whatever COUNT says. */
const SMALL = 128;
const SMALL_INTEGER_SET = 512;
const DEFAULT_COUNT = 10;

interface ScanOptions {
  readonly cursor: number;
  readonly count: number;
  readonly pattern: string | undefined;
  readonly type: string | undefined;
}

function parseOptions(args: readonly string[], cursorIndex: number, typeAllowed: boolean): ScanOptions {
  const cursor = cursorArgument(arg(args, cursorIndex));
  let count = DEFAULT_COUNT;
  let pattern: string | undefined;
  let type: string | undefined;
  for (let i = cursorIndex + 1; i < args.length; i += 2) {
    const option = arg(args, i).toUpperCase();
    const value = args[i + 1] ?? refuse(SYNTAX_ERROR);
    if (option === 'COUNT') {
      count = indexArgument(value);
      if (count < 1) refuse(SYNTAX_ERROR);
    } else if (option === 'MATCH') pattern = value;
    else if (option === 'TYPE' && typeAllowed) type = value.toLowerCase();
    else refuse(SYNTAX_ERROR);
  }
  return { cursor, count, pattern, type };
}

/** Redis reads a cursor with `strtoul`, to which nothing is zero and a negative number a large one. */
function cursorArgument(text: string): number {
  if (!/^(?:[+-]?[0-9]+)?$/.test(text) || Math.abs(Number(text)) >= 2 ** 64) refuse('ERR invalid cursor');
  return text.startsWith('-') ? 2 ** 64 : Number(text);
}

/** FNV-1a, 32 bits: a place for each name that other names coming and going do not move. */
function place(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i += 1) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/**
 * One step of a scan over names in the order of their places. A cursor is a place, so whatever is there from the first step
 * to the last is returned exactly once, however much is added and removed meanwhile. Names that share a place go together.
 */
function step(names: readonly string[], options: ScanOptions): { cursor: number; names: string[] } {
  const rest = names.map((name) => ({ name, place: place(name) })).filter((item) => item.place >= options.cursor);
  rest.sort((a, b) => a.place - b.place);
  const found: string[] = [];
  for (let i = 0; i < rest.length; i += 1) {
    const item = rest[i];
    if (item === undefined) break;
    if (found.length >= options.count && item.place !== rest[i - 1]?.place) return { cursor: item.place, names: found };
    found.push(item.name);
  }
  return { cursor: 0, names: found };
}

function scan(client: RedisSession, args: readonly string[]): RespValue {
  const options = parseOptions(args, 1, true);
  const { cursor, names } = step(client.db.keys(), options);
  const { pattern, type } = options;
  const matching = names.filter((key) => pattern === undefined || matchesGlob(pattern, key));
  return [String(cursor), type === undefined ? matching : matching.filter((key) => client.db.find(key)?.type === type)];
}

/** A missing collection is empty before its options are looked at. */
function scanMembers(args: readonly string[], members: readonly string[], compact: boolean, show: (member: string) => readonly string[]): RespValue {
  if (members.length === 0) return ['0', []];
  const options = parseOptions(args, 2, false);
  const { cursor, names } = compact ? { cursor: 0, names: members } : step(members, options);
  const { pattern } = options;
  return [String(cursor), names.filter((name) => pattern === undefined || matchesGlob(pattern, name)).flatMap(show)];
}

function hscan(client: RedisSession, args: readonly string[]): RespValue {
  cursorArgument(arg(args, 2));
  const hash = client.db.hash(arg(args, 1))?.value;
  return scanMembers(args, [...(hash?.keys() ?? [])], (hash?.size ?? 0) <= SMALL, (field) => [field, hash?.get(field) ?? '']);
}

function sscan(client: RedisSession, args: readonly string[]): RespValue {
  cursorArgument(arg(args, 2));
  const members = [...(client.db.set(arg(args, 1))?.value ?? [])];
  // In 7.0 the only compact sets are those of integers.
  const compact = members.length <= SMALL_INTEGER_SET && members.every((member) => parseInt64(member) !== undefined);
  return scanMembers(args, members, compact, (member) => [member]);
}

function zscan(client: RedisSession, args: readonly string[]): RespValue {
  cursorArgument(arg(args, 2));
  const zset = client.db.sortedSet(arg(args, 1))?.value;
  const members = zset?.inOrder().map(({ member }) => member) ?? [];
  return scanMembers(args, members, members.length <= SMALL, (member) => [member, showScore(zset?.score(member) ?? 0)]);
}

/** Other than everywhere else, ZSCAN shows whole scores in full, as the compact encoding keeps them. */
function showScore(score: number): string {
  return Number.isInteger(score) && Math.abs(score) <= 2 ** 62 ? BigInt(score).toString() : formatDouble(score);
}

export const scanCommands: readonly Command[] = [
  command('scan', -2, scan),
  command('hscan', -3, hscan),
  command('sscan', -3, sscan),
  command('zscan', -3, zscan),
];
