import type { Column, Table } from '../storage/table.js';
import { DATE, FLOAT8, INT2, INT4, INT8, INTERVAL, NUMERIC, TEXT, TIMESTAMP, TIMESTAMPTZ } from '../types/sql-type.js';
import type { SqlValue } from '../types/sql-value.js';
import { expressionText } from './expression-text.js';
import type { SystemView } from './system-views.js';
import { tablesSeenBy } from './tables-seen-by.js';

const BITS = new Map([
  [INT2, 16],
  [INT4, 32],
  [INT8, 64],
  [FLOAT8, 53],
]);
const PLACE = { table_catalog: TEXT, table_schema: TEXT, table_name: TEXT };
const yes = (is: boolean): string => (is ? 'YES' : 'NO');

function place(table: Table): Record<string, SqlValue> {
  return { table_catalog: 'postgres', table_schema: 'public', table_name: table.name };
}

function columnRow(table: Table, column: Column, at: number): Record<string, SqlValue> {
  const { type, identity, defaultValue } = column;
  const bits = BITS.get(type);
  const isTime = type === TIMESTAMP || type === TIMESTAMPTZ || type === INTERVAL;
  const isDecimal = type === NUMERIC && column.precision !== undefined;
  return {
    ...place(table),
    column_name: column.name,
    ordinal_position: at + 1,
    column_default: identity !== undefined || defaultValue === undefined ? null : expressionText(defaultValue, type.name),
    is_nullable: yes(!column.notNull),
    data_type: type.category === 'array' ? 'ARRAY' : type.name,
    character_maximum_length: column.maximumLength ?? null,
    numeric_precision: bits ?? (isDecimal ? (column.precision?.[0] ?? null) : null),
    numeric_precision_radix: bits !== undefined ? 2 : type === NUMERIC ? 10 : null,
    numeric_scale: isDecimal ? (column.precision?.[1] ?? null) : bits === undefined || type === FLOAT8 ? null : 0,
    datetime_precision: isTime ? 6 : type === DATE ? 0 : null,
    udt_catalog: 'postgres',
    udt_schema: 'pg_catalog',
    udt_name: type.shortName,
    is_identity: yes(identity !== undefined),
    identity_generation: identity === undefined ? null : identity === 'always' ? 'ALWAYS' : 'BY DEFAULT',
    is_generated: column.generated === undefined ? 'NEVER' : 'ALWAYS',
    generation_expression: column.generated === undefined ? null : expressionText(column.generated),
    is_updatable: 'YES',
  };
}

interface Constraint {
  readonly table: Table;
  readonly name: string;
  readonly kind: string;
  readonly columns: readonly number[];
}

function constraintsOf(table: Table): Constraint[] {
  return [
    ...table.indexes
      .filter((index) => index.constraint !== undefined)
      .map(({ name, columns, constraint }) => ({ table, name, columns, kind: constraint === 'primary' ? 'PRIMARY KEY' : 'UNIQUE' })),
    ...table.foreignKeys.map(({ name, columns }) => ({ table, name, columns, kind: 'FOREIGN KEY' })),
  ];
}

function constraintPlace({ table, name }: Constraint): Record<string, SqlValue> {
  return { constraint_catalog: 'postgres', constraint_schema: 'public', constraint_name: name, ...place(table) };
}

const CONSTRAINT = { constraint_catalog: TEXT, constraint_schema: TEXT, constraint_name: TEXT, ...PLACE };

/** The views of `information_schema`, with the columns that people ask for. */
export const INFORMATION_VIEWS: Readonly<Record<string, SystemView>> = {
  tables: {
    columns: { ...PLACE, table_type: TEXT, is_insertable_into: TEXT, is_typed: TEXT },
    rows: (x) => tablesSeenBy(x).map((table) => ({ ...place(table), table_type: 'BASE TABLE', is_insertable_into: 'YES', is_typed: 'NO' })),
  },
  columns: {
    columns: {
      ...PLACE,
      ...{ column_name: TEXT, ordinal_position: INT4, column_default: TEXT, is_nullable: TEXT, data_type: TEXT },
      ...{ character_maximum_length: INT4, numeric_precision: INT4, numeric_precision_radix: INT4 },
      ...{ numeric_scale: INT4, datetime_precision: INT4, udt_catalog: TEXT, udt_schema: TEXT, udt_name: TEXT },
      ...{ is_identity: TEXT, identity_generation: TEXT, is_generated: TEXT, generation_expression: TEXT, is_updatable: TEXT },
    },
    rows: (x) => tablesSeenBy(x).flatMap((table) => table.columns.map((column, at) => columnRow(table, column, at))),
  },
  table_constraints: {
    columns: { ...CONSTRAINT, constraint_type: TEXT, is_deferrable: TEXT, initially_deferred: TEXT, enforced: TEXT },
    rows: (x) =>
      tablesSeenBy(x).flatMap((table) => [
        ...[...constraintsOf(table), ...table.checks.map(({ name }) => ({ table, name, kind: 'CHECK', columns: [] }))].map((constraint) => ({
          ...constraintPlace(constraint),
          ...{ constraint_type: constraint.kind, is_deferrable: 'NO', initially_deferred: 'NO', enforced: 'YES' },
        })),
      ]),
  },
  key_column_usage: {
    columns: { ...CONSTRAINT, column_name: TEXT, ordinal_position: INT4 },
    rows: (x) =>
      tablesSeenBy(x)
        .flatMap(constraintsOf)
        .flatMap((constraint) =>
          constraint.columns.map((column, at) => ({
            ...constraintPlace(constraint),
            column_name: constraint.table.columns[column]?.name ?? '',
            ordinal_position: at + 1,
          })),
        ),
  },
};
