import { SqlError, unsupported } from '../sql-error.js';
import type { Column } from '../storage/table.js';
import { Numeric } from '../types/numeric.js';
import { BOOL, DATE, FLOAT8, fitBigint, fitInteger, INT2, INT4, INT8, JSON_TEXT, JSONB, NUMERIC, OID, type SqlType, TEXT, UNKNOWN } from '../types/sql-type.js';
import type { SqlValue } from '../types/sql-value.js';
import { DAY_US } from '../types/timestamp.js';
import { constant, type Expression, expression } from './expression.js';

type Convert = (value: NonNullable<SqlValue>) => SqlValue;
/** How far a context goes: by itself, for a column that is written, or because a cast asks for it. */
export type CastContext = 'implicit' | 'assignment' | 'explicit';

function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

function numberTo(from: SqlType, to: SqlType): Convert {
  if (to === FLOAT8) return (value) => Number(String(value));
  if (to === NUMERIC) {
    return (value) => {
      const parsed = Numeric.parse(String(value));
      if (parsed === undefined) throw unsupported(`the numeric ${String(value)}`);
      return parsed;
    };
  }
  const whole = (value: NonNullable<SqlValue>): bigint => {
    if (typeof value === 'bigint') return value;
    if (value instanceof Numeric) return value.round(0).digits;
    if (!Number.isFinite(value)) throw new SqlError('22003', `${to.name} out of range`);
    return BigInt(roundHalfEven(value as number));
  };
  if (to === INT8) return (value) => fitBigint(whole(value));
  if (to === OID) return (value) => Number(whole(value));
  if (from === INT2 || (from === INT4 && to === INT4)) return (value) => value;
  return (value) => fitInteger(Number(whole(value)), to);
}

function conversion(from: SqlType, to: SqlType, context: CastContext): Convert | undefined {
  if (from.category === 'number' && to.category === 'number') return from.rank < to.rank || context !== 'implicit' ? numberTo(from, to) : undefined;
  if (from.category === 'string' && to.category === 'string') return (value) => value;
  if (from.category === 'time' && to.category === 'time') {
    if (from.rank > to.rank && context === 'implicit') return undefined;
    return to === DATE ? (value) => (Number.isFinite(value) ? Math.floor((value as number) / DAY_US) * DAY_US : value) : (value) => value;
  }
  if (from.element !== undefined && to.element !== undefined) {
    const items = conversion(from.element, to.element, context);
    return items && ((value) => (value as readonly SqlValue[]).map((item) => (item === null ? null : items(item))));
  }
  if (context === 'implicit') return undefined;
  if ((from === JSON_TEXT && to === JSONB) || (from === JSONB && to === JSON_TEXT)) return (value) => to.parse(value as string);
  if (to.category === 'string') return from === BOOL ? (value) => String(value) : (value) => from.format(value);
  if (context === 'assignment') return undefined;
  if (from.category === 'string') return (value) => to.parse(value as string);
  if (from === BOOL && to === INT4) return (value) => (value === true ? 1 : 0);
  if (from === INT4 && to === BOOL) return (value) => value !== 0;
  return undefined;
}

/** The expression as one of another type, or undefined when the context does not allow it. */
export function castTo(given: Expression, to: SqlType, context: CastContext): Expression | undefined {
  if (given.type === to) return given;
  if (given.literal !== undefined) return constant(to, given.literal === null ? null : to.parse(given.literal));
  if (given.decide !== undefined) return given.decide(to);
  if (to === UNKNOWN) return given;
  const convert = conversion(given.type, to, context);
  if (convert === undefined) return undefined;
  return expression(to, [given], (frame) => {
    const value = given.eval(frame);
    return value === null ? null : convert(value);
  });
}

/** For arguments that must have a type. `what` begins the message, such as `argument of WHERE`. */
export function required(given: Expression, to: SqlType, what: string): Expression {
  const result = castTo(given, to, 'implicit');
  if (result === undefined) throw new SqlError('42804', `${what} must be type ${to.name}, not type ${given.type.name}`);
  return result;
}

/** Literals and parameters that nothing decides are text. */
export function decided(given: Expression): Expression {
  return given.type === UNKNOWN ? (castTo(given, TEXT, 'implicit') ?? given) : given;
}

/** The one type of several expressions: of CASE, COALESCE, VALUES, UNION, IN, ARRAY. */
export function commonType(given: readonly Expression[], what: string): SqlType {
  let type = UNKNOWN;
  for (const each of given) {
    if (each.type === UNKNOWN || each.type === type) continue;
    if (type === UNKNOWN) type = each.type;
    else if (type.category !== each.type.category) throw new SqlError('42804', `${what} types ${type.name} and ${each.type.name} cannot be matched`);
    else if (each.type.rank > type.rank) type = each.type;
  }
  return type === UNKNOWN ? TEXT : type;
}

export function toCommonType(given: readonly Expression[], what: string): { readonly type: SqlType; readonly items: readonly Expression[] } {
  const type = commonType(given, what);
  const items = given.map((each) => {
    const cast = castTo(each, type, 'implicit');
    if (cast === undefined) throw new SqlError('42804', `${what} types ${type.name} and ${each.type.name} cannot be matched`);
    return cast;
  });
  return { type, items };
}

/** What a type's modifier asks of a value: the length of varchar(n), the digits of numeric(p, s). */
export function fitModifier(given: Expression, column: Pick<Column, 'type' | 'maximumLength' | 'precision'>, isExplicit: boolean): Expression {
  const { maximumLength, precision } = column;
  if (maximumLength !== undefined) {
    return expression(given.type, [given], (frame) => {
      const value = given.eval(frame) as string | null;
      if (value === null || value.length <= maximumLength) return value;
      const [...characters] = value;
      const rest = characters.slice(maximumLength).join('');
      if (!isExplicit && rest.trim() !== '') throw new SqlError('22001', `value too long for type character varying(${maximumLength})`);
      return characters.slice(0, maximumLength).join('');
    });
  }
  if (precision !== undefined) {
    const [digits, scale] = precision;
    return expression(given.type, [given], (frame) => {
      const value = given.eval(frame) as Numeric | null;
      if (value === null) return null;
      const rounded = value.round(scale);
      const size = rounded.digits < 0n ? -rounded.digits : rounded.digits;
      if (size >= 10n ** BigInt(digits)) {
        const detail = `A field with precision ${digits}, scale ${scale} must round to an absolute value less than ${digits === scale ? '1' : `10^${digits - scale}`}.`;
        throw new SqlError('22003', 'numeric field overflow', { detail });
      }
      return rounded;
    });
  }
  return given;
}

/** An expression as a column takes it when it is written. */
export function forColumn(given: Expression, column: Column): Expression {
  const cast = castTo(given, column.type, 'assignment');
  if (cast === undefined) {
    const message = `column "${column.name}" is of type ${column.type.name} but expression is of type ${given.type.name}`;
    throw new SqlError('42804', message, { hint: 'You will need to rewrite or cast the expression.' });
  }
  return fitModifier(cast, column, false);
}
