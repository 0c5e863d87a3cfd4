import { SqlError, unsupported } from '../sql-error.js';
import { Interval } from '../types/interval.js';
import { type JsonValue, formatJsonb, JsonNumber, jsonMember, parseJson } from '../types/json-text.js';
import type { Numeric } from '../types/numeric.js';
import {
  BOOL,
  DATE,
  fitBigint,
  fitInteger,
  FLOAT8,
  INT4,
  INT8,
  INTERVAL,
  JSON_TEXT,
  JSONB,
  NUMERIC,
  OID,
  type SqlType,
  TEXT,
  TIMESTAMP,
  UNKNOWN,
} from '../types/sql-type.js';
import type { SqlValue } from '../types/sql-value.js';
import { addInterval, DAY_US } from '../types/timestamp.js';
import { onArrays } from './array-functions.js';
import { castTo, decided } from './casts.js';
import { type Expression, strict } from './expression.js';
import { onJsonb } from './json-functions.js';

/** Operators of PostgreSQL that this engine does not know, or not for all types. */
const UNKNOWN_HERE: ReadonlySet<string> = new Set([
  '^',
  '&',
  '|',
  '#',
  '<<',
  '>>',
  '~',
  '~*',
  '!~',
  '!~*',
  '@>',
  '<@',
  '&&',
  '?',
  '?|',
  '?&',
  '#>',
  '#>>',
  '->',
  '->>',
  '||',
]);

const COMPARISONS: Readonly<Record<string, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '<>': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

function missing(operator: string, left: SqlType | undefined, right: SqlType): SqlError {
  const hint = 'No operator matches the given name and argument types. You might need to add explicit type casts.';
  return new SqlError('42883', `operator does not exist: ${left === undefined ? '' : `${left.name} `}${operator} ${right.name}`, { hint });
}

/** Both sides as one type, or undefined when they have none in common. */
export function matched(left: Expression, right: Expression): readonly [Expression, Expression, SqlType] | undefined {
  const known = left.type === UNKNOWN ? right.type : left.type;
  if (known === UNKNOWN) {
    const [a, b] = [decided(left), decided(right)];
    return [a, b, TEXT];
  }
  for (const type of [known, right.type]) {
    if (type === UNKNOWN) continue;
    const [a, b] = [castTo(left, type, 'implicit'), castTo(right, type, 'implicit')];
    if (a !== undefined && b !== undefined) return [a, b, type];
  }
  return undefined;
}

export function isComparison(operator: string): boolean {
  return operator in COMPARISONS;
}

export function compare(operator: string, left: Expression, right: Expression): Expression {
  const pair = matched(left, right);
  const test = COMPARISONS[operator];
  if (pair === undefined || test === undefined || pair[2] === JSON_TEXT) throw missing(operator, left.type, right.type);
  const [a, b, type] = pair;
  const order = (x: SqlValue, y: SqlValue): number => type.compare(x, y);
  if (operator === '=') return strict(BOOL, [a, b], (x, y) => order(x, y) === 0);
  return strict(BOOL, [a, b], (x, y) => test(order(x, y)));
}

const DIVISION_BY_ZERO = (): SqlError => new SqlError('22012', 'division by zero');

function integers(operator: string, type: SqlType): ((a: number, b: number) => number) | undefined {
  switch (operator) {
    case '+':
      return (a, b) => fitInteger(a + b, type);
    case '-':
      return (a, b) => fitInteger(a - b, type);
    case '*':
      return (a, b) => fitInteger(a * b, type);
    case '/':
    case '%':
      return (a, b) => {
        if (b === 0) throw DIVISION_BY_ZERO();
        return operator === '/' ? fitInteger(Math.trunc(a / b), type) : (a % b) + 0;
      };
    default:
      return undefined;
  }
}

function bigints(operator: string): ((a: bigint, b: bigint) => bigint) | undefined {
  switch (operator) {
    case '+':
      return (a, b) => fitBigint(a + b);
    case '-':
      return (a, b) => fitBigint(a - b);
    case '*':
      return (a, b) => fitBigint(a * b);
    case '/':
    case '%':
      return (a, b) => {
        if (b === 0n) throw DIVISION_BY_ZERO();
        return operator === '/' ? fitBigint(a / b) : a % b;
      };
    default:
      return undefined;
  }
}

function numerics(operator: string): ((a: Numeric, b: Numeric) => Numeric) | undefined {
  switch (operator) {
    case '+':
      return (a, b) => a.add(b);
    case '-':
      return (a, b) => a.subtract(b);
    case '*':
      return (a, b) => a.multiply(b);
    case '/':
      return (a, b) => a.divide(b);
    case '%':
      return (a, b) => a.remainder(b);
    default:
      return undefined;
  }
}

function floats(operator: string): ((a: number, b: number) => number) | undefined {
  switch (operator) {
    case '+':
      return (a, b) => a + b;
    case '-':
      return (a, b) => a - b;
    case '*':
      return (a, b) => a * b;
    case '/':
      return (a, b) => {
        if (b === 0) throw DIVISION_BY_ZERO();
        return a / b;
      };
    default:
      return undefined;
  }
}

function arithmetic(operator: string, left: Expression, right: Expression): Expression | undefined {
  if (left.type.category !== 'number' && right.type.category !== 'number') return undefined;
  const pair = matched(left, right);
  if (pair?.[2].category !== 'number' || pair[2] === OID) return undefined;
  const [a, b, type] = pair;
  const run = type === INT8 ? bigints(operator) : type === NUMERIC ? numerics(operator) : type === FLOAT8 ? floats(operator) : integers(operator, type);
  return run === undefined ? undefined : strict(type, [a, b], run as (...values: SqlValue[]) => SqlValue);
}

function onTimes(operator: string, left: Expression, right: Expression): Expression | undefined {
  const [from, to] = [left.type.category, right.type.category];
  if (operator === '+' && from === 'interval' && to === 'time') return onTimes(operator, right, left);
  const shifted = left.type === DATE ? TIMESTAMP : left.type;
  const sign = operator === '-' ? -1 : 1;
  if ((operator === '+' || operator === '-') && from === 'time' && (to === 'interval' || (right.type === UNKNOWN && operator === '+'))) {
    const by = castTo(right, INTERVAL, 'implicit');
    return by && strict(shifted, [left, by], (a, b) => addInterval(a as number, (b as Interval).times(sign)));
  }
  if (left.type === DATE && right.type === INT4) return strict(DATE, [left, right], (a, b) => (a as number) + sign * (b as number) * DAY_US);
  if (operator === '-' && from === 'time' && (to === 'time' || right.type === UNKNOWN)) {
    const other = castTo(right, left.type, 'implicit');
    if (left.type === DATE) return other && strict(INT4, [left, other], (a, b) => ((a as number) - (b as number)) / DAY_US);
    return (
      other &&
      strict(INTERVAL, [left, other], (a, b) => {
        const length = (a as number) - (b as number);
        const days = Math.trunc(length / DAY_US);
        return new Interval(0, days, length - days * DAY_US);
      })
    );
  }
  if (from === 'interval' && to === 'interval' && (operator === '+' || operator === '-')) {
    return strict(INTERVAL, [left, right], (a, b) => (a as Interval).plus((b as Interval).times(sign)));
  }
  if (operator === '*' && from === 'number' && to === 'interval') return onTimes(operator, right, left);
  if ((operator === '*' || operator === '/') && from === 'interval' && (to === 'number' || right.type === UNKNOWN)) {
    const factor = castTo(right, FLOAT8, 'implicit');
    return factor && strict(INTERVAL, [left, factor], (a, b) => (a as Interval).times(operator === '*' ? (b as number) : 1 / (b as number)));
  }
  return undefined;
}

function jsonText(value: JsonValue): string {
  return typeof value === 'string' ? value : value instanceof JsonNumber ? value.text : formatJsonb(value);
}

function onJson(operator: string, left: Expression, right: Expression): Expression | undefined {
  if (left.type !== JSONB && left.type !== JSON_TEXT) return undefined;
  if ((operator !== '->' && operator !== '->>') || (left.type === JSON_TEXT && operator === '->')) return undefined;
  const key = right.type === INT4 ? right : castTo(right, TEXT, 'implicit');
  if (key === undefined) return undefined;
  const asText = operator === '->>';
  return strict(asText ? TEXT : left.type, [left, key], (value, at) => {
    const found = jsonMember(parseJson(value as string), at as string | number);
    if (found === undefined || (asText && found === null)) return null;
    return asText ? jsonText(found) : formatJsonb(found);
  });
}

function concatenation(left: Expression, right: Expression): Expression | undefined {
  if (left.type.category === 'array' && (right.type === left.type || right.type === UNKNOWN)) {
    const other = castTo(right, left.type, 'implicit');
    return other && strict(left.type, [left, other], (a, b) => [...(a as SqlValue[]), ...(b as SqlValue[])]);
  }
  if (left.type.category !== 'string' && right.type.category !== 'string' && (left.type !== UNKNOWN || right.type !== UNKNOWN)) return undefined;
  const [a, b] = [castTo(left, TEXT, 'assignment'), castTo(right, TEXT, 'assignment')];
  return a && b && strict(TEXT, [a, b], (x, y) => `${x as string}${y as string}`);
}

/** `LIKE` as a test of whole texts. */
function likePattern(pattern: string, flags: string): RegExp {
  let source = '';
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern[at] ?? '';
    if (character === '\\') at += 1;
    const literal = character === '\\' ? (pattern[at] ?? '') : character;
    source += character === '%' ? '.*' : character === '_' ? '.' : literal.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  }
  return new RegExp(`^${source}$`, `su${flags}`);
}

function like(operator: string, left: Expression, right: Expression): Expression | undefined {
  const kind = /^(!?)~~(\*?)$/.exec(operator);
  const [a, b] = [castTo(left, TEXT, 'implicit'), castTo(right, TEXT, 'implicit')];
  if (kind === null || a === undefined || b === undefined) return undefined;
  const wanted = kind[1] === '';
  const flags = kind[2] === '' ? '' : 'i';
  return strict(BOOL, [a, b], (text, pattern) => likePattern(pattern as string, flags).test(text as string) === wanted);
}

/** `left operator right`, or an error that names what does not exist. */
export function binary(operator: string, left: Expression, right: Expression): Expression {
  if (isComparison(operator)) return compare(operator, left, right);
  const found =
    onTimes(operator, left, right) ??
    arithmetic(operator, left, right) ??
    onJson(operator, left, right) ??
    onArrays(operator, left, right) ??
    onJsonb(operator, left, right) ??
    (operator === '||' ? concatenation(left, right) : undefined) ??
    like(operator, left, right);
  if (found === undefined && UNKNOWN_HERE.has(operator)) throw unsupported(`the operator ${left.type.name} ${operator} ${right.type.name}`);
  if (found === undefined) throw missing(operator, left.type, right.type);
  return found;
}

export function unary(operator: string, right: Expression): Expression {
  const { type } = right;
  if (operator === '+' && type.category === 'number') return right;
  if (operator === '-' && type === INT8) return strict(type, [right], (value) => fitBigint(-(value as bigint)));
  if (operator === '-' && type === NUMERIC) return strict(type, [right], (value) => (value as Numeric).negate());
  if (operator === '-' && type.category === 'number')
    return strict(type, [right], (value) => (type === FLOAT8 ? -(value as number) : fitInteger(0 - (value as number), type)));
  if (operator === '-' && type === INTERVAL) return strict(type, [right], (value) => (value as Interval).times(-1));
  throw missing(operator, undefined, type);
}
