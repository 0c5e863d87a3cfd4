import type { TypeName } from 'libpg-query';
import { SqlError, unsupported } from '../sql-error.js';
import type { Column } from '../storage/table.js';
import { arrayTypeOf, type SqlType, typeNamed } from '../types/sql-type.js';

export type ColumnType = Pick<Column, 'type' | 'maximumLength' | 'precision'>;

/** Types that PostgreSQL has and this engine has not; any other name does not exist. */
const KNOWN = /^(bpchar|char|bytea|float4|money|bit|varbit|time|timetz|inet|cidr|macaddr|xml|point|box|xid|pg_lsn|tsvector|tsquery|.*range)$/;

function numbers(given: TypeName): number[] {
  return (given.typmods ?? []).map((node) => ('A_Const' in node ? (node.A_Const.ival?.ival ?? 0) : NaN));
}

/** The type that a statement names, with what its modifier asks. */
export function typeOf(given: TypeName): ColumnType {
  const last = given.names?.at(-1);
  const name = last !== undefined && 'String' in last ? (last.String.sval ?? '') : '';
  const scalar = typeNamed(name);
  if (scalar === undefined) throw KNOWN.test(name) ? unsupported(`the type ${name}`) : new SqlError('42704', `type "${name}" does not exist`);
  const array: SqlType | undefined = given.arrayBounds === undefined ? scalar : arrayTypeOf(scalar);
  if (array === undefined || (given.arrayBounds?.length ?? 0) > 1) throw unsupported(`the type ${scalar.name} array`);
  const [first, second = 0] = numbers(given);
  if (first === undefined) return { type: array };
  if (array !== scalar) throw unsupported('an array with a modifier');
  if (name === 'varchar') return { type: scalar, maximumLength: first };
  if (name === 'numeric') return { type: scalar, precision: [first, second] };
  throw unsupported(`the type ${name}(${first})`);
}
