import type { Frame } from '../execute/execution.js';
import { SqlError } from '../sql-error.js';
import { hashText, hashTextExtended } from '../types/hash-text.js';
import type { Numeric } from '../types/numeric.js';
import { BOOL, DATE, FLOAT8, INT4, INT8, NUMERIC, TEXT, TIMESTAMPTZ, UUID, VOID } from '../types/sql-type.js';
import type { SqlValue } from '../types/sql-value.js';
import { DAY_US } from '../types/timestamp.js';
import { ARRAY_FUNCTIONS } from './array-functions.js';
import { castTo, decided } from './casts.js';
import { type Expression, expression, strict } from './expression.js';
import { asking, type Builder, oneOf, plain } from './function-builders.js';
import { JSON_FUNCTIONS } from './json-functions.js';
import { TIME_FUNCTIONS } from './time-functions.js';

const characters = (text: SqlValue): string[] => [...(text as string)];

function substring(text: string, from: number, length: number | undefined): string {
  if (length !== undefined && length < 0) throw new SqlError('22011', 'negative substring length not allowed');
  const end = length === undefined ? Infinity : from + length;
  return characters(text)
    .slice(Math.max(0, from - 1), Math.max(0, end - 1))
    .join('');
}

function uuidFrom(random: (bound: number) => number): string {
  const bytes = Array.from({ length: 16 }, () => random(256));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return UUID.parse(bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')) as string;
}

function nextValue(frame: Frame, name: string): bigint {
  const { host, transaction } = frame.x;
  host.refuseWhenReadOnly('nextval()');
  const sequence = host.catalog.sequence(name.replace(/^public\./, '').replace(/^"(.*)"$/, '$1'), transaction);
  const value = sequence.next();
  host.sequenceMoved(sequence, 'next');
  host.lastValues.set(sequence, value);
  host.lastSequence = sequence;
  return value;
}

function setSequence(frame: Frame, name: string, value: bigint, isCalled: boolean): bigint {
  const { host, transaction } = frame.x;
  host.refuseWhenReadOnly('setval()');
  const sequence = host.catalog.sequence(name, transaction);
  sequence.set(value, isCalled);
  host.sequenceMoved(sequence, 'set');
  return value;
}

function currentValue(frame: Frame, name: string): bigint {
  const { host, transaction } = frame.x;
  const value = host.lastValues.get(host.catalog.sequence(name, transaction));
  if (value === undefined) throw new SqlError('55000', `currval of sequence "${name}" is not yet defined in this session`);
  return value;
}

function setting(frame: Frame, name: string, missingOk: boolean): string | null {
  const value = frame.x.host.setting(name);
  if (value === undefined && !missingOk) throw new SqlError('42704', `unrecognized configuration parameter "${name}"`);
  return value ?? null;
}

const absolute = oneOf(
  plain([INT4], INT4, (a) => Math.abs(a as number)),
  plain([INT8], INT8, (a) => ((a as bigint) < 0n ? -(a as bigint) : a)),
  plain([NUMERIC], NUMERIC, (a) => ((a as Numeric).digits < 0n ? (a as Numeric).negate() : a)),
  plain([FLOAT8], FLOAT8, (a) => Math.abs(a as number)),
);
const now = asking([], TIMESTAMPTZ, (frame) => frame.x.host.transactionStart);

/** Functions by name. Those that may wait for a lock are in `lock-functions.ts`. */
const FUNCTIONS: Readonly<Record<string, Builder>> = {
  ...ARRAY_FUNCTIONS,
  ...JSON_FUNCTIONS,
  ...TIME_FUNCTIONS,
  now,
  transaction_timestamp: now,
  statement_timestamp: asking([], TIMESTAMPTZ, (frame) => frame.x.host.statementStart),
  clock_timestamp: asking([], TIMESTAMPTZ, (frame) => frame.x.host.clock()),
  gen_random_uuid: asking([], UUID, (frame) => uuidFrom((bound) => frame.x.host.random(bound))),
  random: asking([], FLOAT8, (frame) => frame.x.host.random(2 ** 30) / 2 ** 30),
  txid_current: asking([], INT8, (frame) => BigInt(frame.x.transaction.top.id)),
  nextval: asking([TEXT], INT8, (frame, [name]) => nextValue(frame, name as string)),
  currval: asking([TEXT], INT8, (frame, [name]) => currentValue(frame, name as string)),
  lastval: asking([], INT8, (frame) => {
    const { host } = frame.x;
    if (host.lastSequence === undefined) throw new SqlError('55000', 'lastval is not yet defined in this session');
    return host.lastValues.get(host.lastSequence) ?? null;
  }),
  setval: oneOf(
    asking([TEXT, INT8], INT8, (frame, [name, value]) => {
      return setSequence(frame, name as string, value as bigint, true);
    }),
    asking([TEXT, INT8, BOOL], INT8, (frame, [name, value, called]) => {
      return setSequence(frame, name as string, value as bigint, called as boolean);
    }),
  ),
  current_setting: oneOf(
    asking([TEXT], TEXT, (frame, [name]) => setting(frame, name as string, false)),
    asking([TEXT, BOOL], TEXT, (frame, [name, missingOk]) => setting(frame, name as string, missingOk as boolean)),
  ),
  set_config: asking([TEXT, TEXT, BOOL], TEXT, (frame, [name, value, isLocal]) => {
    frame.x.host.set(name as string, value as string, isLocal as boolean);
    return setting(frame, name as string, false);
  }),
  pg_notify: asking([TEXT, TEXT], VOID, (frame, [channel, payload]) => {
    frame.x.host.notify(channel as string, payload as string);
    return '';
  }),
  version: plain([], TEXT, () => 'PostgreSQL 15.0 (simulated)'),
  hashtext: plain([TEXT], INT4, (text) => hashText(text as string)),
  hashtextextended: plain([TEXT, INT8], INT8, (text, seed) => hashTextExtended(text as string, seed as bigint)),
  length: plain([TEXT], INT4, (text) => characters(text).length),
  char_length: plain([TEXT], INT4, (text) => characters(text).length),
  lower: plain([TEXT], TEXT, (text) => (text as string).toLowerCase()),
  upper: plain([TEXT], TEXT, (text) => (text as string).toUpperCase()),
  btrim: plain([TEXT], TEXT, (text) => (text as string).replace(/^ +| +$/g, '')),
  replace: plain([TEXT, TEXT, TEXT], TEXT, (text, from, to) => (from === '' ? text : (text as string).replaceAll(from as string, () => to as string))),
  repeat: plain([TEXT, INT4], TEXT, (text, count) => (text as string).repeat(Math.max(0, count as number))),
  position: plain([TEXT, TEXT], INT4, (text, part) => indexOf(text as string, part as string)),
  strpos: plain([TEXT, TEXT], INT4, (text, part) => indexOf(text as string, part as string)),
  substring: oneOf(
    plain([TEXT, INT4], TEXT, (text, from) => substring(text as string, from as number, undefined)),
    plain([TEXT, INT4, INT4], TEXT, (text, from, length) => substring(text as string, from as number, length as number)),
  ),
  abs: absolute,
  mod: (args) =>
    args.length === 2 && args.every(({ type }) => type === INT4) ? plain([INT4, INT4], INT4, (a, b) => modulo(a as number, b as number))(args) : undefined,
  floor: oneOf(
    plain([NUMERIC], NUMERIC, (a) => (a as Numeric).floor()),
    plain([FLOAT8], FLOAT8, (a) => Math.floor(a as number)),
  ),
  ceil: oneOf(
    plain([NUMERIC], NUMERIC, (a) => (a as Numeric).negate().floor().negate()),
    plain([FLOAT8], FLOAT8, (a) => Math.ceil(a as number)),
  ),
  round: oneOf(
    plain([NUMERIC], NUMERIC, (a) => (a as Numeric).round(0)),
    plain([NUMERIC, INT4], NUMERIC, (a, scale) => (a as Numeric).round(scale as number)),
  ),
  cardinality: (args) => arrayLength(args, false),
  array_length: (args) => arrayLength(args, true),
  concat: (args) => {
    const texts = args.map((arg) => castTo(decided(arg), TEXT, 'assignment'));
    if (texts.includes(undefined)) return undefined;
    return expression(TEXT, args, (frame) => texts.map((text) => (text?.eval(frame) ?? '') as string).join(''));
  },
};

function indexOf(text: string, part: string): number {
  const at = text.indexOf(part);
  return at < 0 ? 0 : characters(text.slice(0, at)).length + 1;
}

function modulo(a: number, b: number): number {
  if (b === 0) throw new SqlError('22012', 'division by zero');
  return (a % b) + 0;
}

function arrayLength(args: readonly Expression[], hasDimension: boolean): Expression | undefined {
  const [array] = args;
  if (array?.type.category !== 'array' || args.length !== (hasDimension ? 2 : 1)) return undefined;
  return strict(INT4, args, (value, dimension) => {
    const { length } = value as readonly SqlValue[];
    return hasDimension && (dimension !== 1 || length === 0) ? null : length;
  });
}

/** A call of a function by name; undefined when this engine does not know it with such arguments. */
export function callFunction(name: string, args: readonly Expression[]): Expression | undefined {
  return Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name]?.(args) : undefined;
}

export const CURRENT_DATE = expression(DATE, [], (frame) => Math.floor(frame.x.host.transactionStart / DAY_US) * DAY_US);
