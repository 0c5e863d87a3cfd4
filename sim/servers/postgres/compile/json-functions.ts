import { formatJsonb, jsonMember, JsonNumber, type JsonValue, parseJson } from '../types/json-text.js';
import { Numeric } from '../types/numeric.js';
import { arrayTypeOf, BOOL, INT4, JSON_TEXT, JSONB, type SqlType, TEXT } from '../types/sql-type.js';
import type { SqlValue } from '../types/sql-value.js';
import { castTo, decided } from './casts.js';
import { type Expression, expression, strict } from './expression.js';
import { type Builder, plain } from './function-builders.js';

/** A value of SQL as JSON has it; undefined for types that this engine does not show. */
function toJson(type: SqlType): ((value: SqlValue) => JsonValue) | undefined {
  const { element } = type;
  const orNull =
    (convert: (value: NonNullable<SqlValue>) => JsonValue) =>
    (value: SqlValue): JsonValue =>
      value === null ? null : convert(value);
  if (type === JSONB || type === JSON_TEXT) return orNull((value) => parseJson(value as string));
  if (type === BOOL) return orNull((value) => value as boolean);
  if (type.category === 'number') return orNull((value) => new JsonNumber(type.format(value)));
  if (type.category === 'string' || type.shortName === 'uuid' || type.category === 'unknown') return orNull((value) => value as string);
  const items = element && toJson(element);
  return items && orNull((value) => (value as readonly SqlValue[]).map(items));
}

/** Arguments as JSON values; undefined when one has a type that cannot be shown. */
function jsonValues(args: readonly Expression[]): ((frame: Parameters<Expression['eval']>[0]) => JsonValue[]) | undefined {
  const made = args.map((arg) => ({ arg, convert: toJson(arg.type) }));
  if (made.some(({ convert }) => convert === undefined)) return undefined;
  return (frame) => made.map(({ arg, convert }) => convert?.(arg.eval(frame)) ?? null);
}

function along(value: JsonValue, path: readonly SqlValue[]): JsonValue | undefined {
  let at: JsonValue | undefined = value;
  for (const step of path) {
    if (at === undefined || typeof step !== 'string') return undefined;
    at = jsonMember(at, Array.isArray(at) ? Number(step) : step);
  }
  return at;
}

function equal(a: JsonValue, b: JsonValue): boolean {
  if (a instanceof JsonNumber && b instanceof JsonNumber) return Numeric.parse(a.text)?.key === Numeric.parse(b.text)?.key;
  return formatJsonb(a) === formatJsonb(b);
}

function contains(whole: JsonValue, part: JsonValue): boolean {
  if (part instanceof Map) return whole instanceof Map && [...part].every(([key, value]) => whole.has(key) && contains(whole.get(key) ?? null, value));
  if (Array.isArray(part)) return Array.isArray(whole) && part.every((item) => whole.some((each) => contains(each, item)));
  return equal(whole, part) || (Array.isArray(whole) && whole.some((each) => equal(each, part)));
}

export function jsonTextOf(value: JsonValue): string | null {
  if (value === null || typeof value === 'string') return value;
  return value instanceof JsonNumber ? value.text : formatJsonb(value);
}

const read = (value: SqlValue): JsonValue => parseJson(value as string);

export const JSON_FUNCTIONS: Readonly<Record<string, Builder>> = {
  jsonb_build_object(given) {
    const args = given.map(decided);
    const values = args.length % 2 === 0 ? jsonValues(args) : undefined;
    return (
      values &&
      expression(JSONB, args, (frame) => {
        const all = values(frame);
        const members = new Map<string, JsonValue>();
        for (let at = 0; at < all.length; at += 2) members.set(jsonTextOf(all[at] ?? null) ?? 'null', all[at + 1] ?? null);
        return formatJsonb(members);
      })
    );
  },
  jsonb_build_array(given) {
    const args = given.map(decided);
    const values = jsonValues(args);
    return values && expression(JSONB, args, (frame) => formatJsonb(values(frame)));
  },
  to_jsonb(given) {
    const [arg] = given;
    const convert = arg && given.length === 1 && arg.type.category !== 'unknown' ? toJson(arg.type) : undefined;
    return arg && convert && strict(JSONB, [arg], (value) => formatJsonb(convert(value)));
  },
  jsonb_array_length: plain([JSONB], INT4, (value) => {
    const items = read(value);
    return Array.isArray(items) ? items.length : null;
  }),
  jsonb_typeof: plain([JSONB], TEXT, (given) => {
    const value = read(given);
    if (value === null) return 'null';
    return value instanceof JsonNumber ? 'number' : Array.isArray(value) ? 'array' : value instanceof Map ? 'object' : typeof value;
  }),
};

/** The operators on jsonb beyond `->` and `->>`. */
export function onJsonb(operator: string, left: Expression, right: Expression): Expression | undefined {
  if (left.type !== JSONB) return undefined;
  const texts = arrayTypeOf(TEXT);
  const path = texts && (operator === '#>' || operator === '#>>') ? castTo(right, texts, 'implicit') : undefined;
  if (path !== undefined) {
    return strict(operator === '#>' ? JSONB : TEXT, [left, path], (value, steps) => {
      const found = along(read(value), steps as readonly SqlValue[]);
      if (found === undefined) return null;
      return operator === '#>' ? formatJsonb(found) : jsonTextOf(found);
    });
  }
  if (operator === '?') {
    const key = castTo(right, TEXT, 'implicit');
    return (
      key &&
      strict(BOOL, [left, key], (given, name) => {
        const value = read(given);
        return value instanceof Map ? value.has(name as string) : Array.isArray(value) ? value.includes(name as string) : value === name;
      })
    );
  }
  if (operator === '-' && (right.type === TEXT || right.type.category === 'unknown')) {
    const key = castTo(right, TEXT, 'implicit');
    return (
      key &&
      strict(JSONB, [left, key], (given, name) => {
        const value = read(given);
        if (value instanceof Map) return formatJsonb(new Map([...value].filter(([each]) => each !== name)));
        return Array.isArray(value) ? formatJsonb(value.filter((each) => each !== name)) : given;
      })
    );
  }
  const other = operator === '@>' || operator === '||' ? castTo(right, JSONB, 'implicit') : undefined;
  if (other === undefined) return undefined;
  if (operator === '@>') return strict(BOOL, [left, other], (a, b) => contains(read(a), read(b)));
  return strict(JSONB, [left, other], (a, b) => {
    const [x, y] = [read(a), read(b)];
    if (x instanceof Map && y instanceof Map) return formatJsonb(new Map([...x, ...y]));
    return formatJsonb([...(Array.isArray(x) ? x : [x]), ...(Array.isArray(y) ? y : [y])]);
  });
}
