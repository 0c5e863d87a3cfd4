import type { Node, SelectStmt } from 'libpg-query';
import type { Catalog } from '../catalog/catalog.js';
import type { Frame } from '../execute/execution.js';
import { SqlError, undefinedColumn } from '../sql-error.js';
import type { Table } from '../storage/table.js';
import type { LockMode } from '../storage/heavy-locks.js';
import type { Transaction } from '../storage/transaction.js';
import type { Steps } from '../storage/wait.js';
import { type SqlType, UNKNOWN } from '../types/sql-type.js';
import type { SqlRow } from '../types/sql-value.js';
import type { Aggregate } from './aggregates.js';
import type { Expression } from './expression.js';

export interface Field {
  readonly name: string;
  readonly type: SqlType;
}

/** A compiled query: its columns, and how it runs. `limit` is how many rows are asked for at most. */
export interface Query {
  readonly fields: readonly Field[];
  readonly blocks: boolean;
  run(outer: Frame, limit?: number): Steps<readonly SqlRow[]>;
}

/** INSERT, UPDATE or DELETE: how many rows it wrote, and what RETURNING shows of them. */
export interface WriteQuery {
  readonly command: 'INSERT' | 'UPDATE' | 'DELETE';
  readonly fields: readonly Field[];
  run(outer: Frame): Steps<{ readonly count: number; readonly rows: readonly SqlRow[] }>;
}

/** A table, subquery or function of a FROM clause, at its place in the frames. */
export interface Relation {
  readonly alias: string;
  readonly fields: readonly Field[];
  readonly slot: number;
  readonly table: Table | undefined;
  /** Columns that a bare name does not mean, since USING has merged them into another's. */
  readonly merged: Set<string>;
  /** Named only with its alias: `excluded`. */
  readonly needsAlias?: boolean;
}

/** What GROUP BY leaves visible. */
export interface Grouping {
  readonly keys: ReadonlySet<string>;
  readonly columns: ReadonlySet<string>;
  readonly relations: ReadonlySet<Relation>;
}

/** Everything that belongs to one statement's compilation. */
export interface CompileUnit {
  readonly catalog: Catalog;
  readonly transaction: Transaction;
  readonly parameterTypes: (SqlType | undefined)[];
  /** Tables that it uses, and the lock that each needs first. */
  readonly tables: Map<Table, LockMode>;
  readonly compileSubquery: (statement: SelectStmt, outer: Scope) => Query;
  readonly compileWrite: (statement: Node, scope: Scope) => WriteQuery | undefined;
}

/** Names that an expression may use. */
export interface Scope {
  readonly unit: CompileUnit;
  readonly relations: Relation[];
  readonly outer: Scope | undefined;
  readonly withQueries: Map<string, Query>;
  /** Where aggregates are collected; absent where they are not allowed. */
  aggregates: Aggregate[] | undefined;
  grouping: Grouping | undefined;
  /** What is being compiled, for messages about aggregates out of place. */
  clause: string;
}

export function newScope(unit: CompileUnit, outer: Scope | undefined): Scope {
  return { unit, relations: [], outer, withQueries: new Map(outer?.withQueries), aggregates: undefined, grouping: undefined, clause: '' };
}

/** Notes that a table is used; the strongest lock counts. */
export function useTable(unit: CompileUnit, table: Table, mode: LockMode): void {
  if ((unit.tables.get(table) ?? 0) < mode) unit.tables.set(table, mode);
}

/** The expression of a parameter, `$1`: it has the type that its first use gives to it. */
export function parameter(unit: CompileUnit, number: number): Expression {
  const read = (frame: Frame) => frame.x.parameters[number - 1] ?? null;
  const known = unit.parameterTypes[number - 1];
  if (known !== undefined) return { type: known, eval: read, blocks: false };
  while (unit.parameterTypes.length < number) unit.parameterTypes.push(undefined);
  const decide = (type: SqlType): Expression => {
    const earlier = unit.parameterTypes[number - 1];
    if (earlier !== undefined && earlier !== type) {
      const detail = `${earlier.name} versus ${type.name}`;
      throw new SqlError('42P08', `inconsistent types deduced for parameter $${number}`, { detail });
    }
    unit.parameterTypes[number - 1] = type;
    return { type, eval: read, blocks: false };
  };
  return { type: UNKNOWN, eval: read, blocks: false, decide };
}

function columnOf(relation: Relation, at: number, depth: number): Expression {
  const field = relation.fields[at];
  if (field === undefined) throw new Error('a column that its relation does not have');
  const { slot } = relation;
  const parts = { type: field.type, blocks: false, name: field.name };
  if (depth === 0) return { ...parts, eval: (frame) => frame.rows[slot]?.[at] ?? null };
  if (depth === 1) return { ...parts, eval: (frame) => frame.outer?.rows[slot]?.[at] ?? null };
  return {
    ...parts,
    eval(frame) {
      let around: Frame | undefined = frame;
      for (let up = 0; up < depth; up += 1) around = around?.outer;
      return around?.rows[slot]?.[at] ?? null;
    },
  };
}

function checkGrouping(scope: Scope, relation: Relation, name: string): void {
  const { grouping } = scope;
  if (grouping === undefined || grouping.relations.has(relation) || grouping.columns.has(`${relation.slot}.${name}`)) return;
  throw new SqlError('42803', `column "${relation.alias}.${name}" must appear in the GROUP BY clause or be used in an aggregate function`);
}

/** Finds a column by name, in this query or in those around it. */
export function resolveColumn(scope: Scope, path: readonly string[]): Expression {
  const name = path.at(-1) ?? '';
  const alias = path.length > 1 ? path.at(-2) : undefined;
  let depth = 0;
  let isAliasKnown = false;
  for (let at: Scope | undefined = scope; at !== undefined; at = at.outer, depth += 1) {
    const found: (readonly [Relation, number])[] = [];
    for (const relation of at.relations) {
      if (alias === undefined ? relation.needsAlias === true || relation.merged.has(name) : relation.alias !== alias) continue;
      isAliasKnown = true;
      relation.fields.forEach((field, index) => {
        if (field.name === name) found.push([relation, index]);
      });
    }
    if (found.length > 1) throw new SqlError('42702', `column reference "${name}" is ambiguous`);
    const [only] = found;
    if (only !== undefined) {
      checkGrouping(at, only[0], name);
      return columnOf(only[0], only[1], depth);
    }
  }
  if (alias === undefined) throw undefinedColumn(`"${name}"`);
  if (isAliasKnown) throw undefinedColumn(`${alias}.${name}`);
  throw new SqlError('42P01', `missing FROM-clause entry for table "${alias}"`);
}

/** All columns that `*`, or `alias.*`, stands for. */
export function resolveStar(scope: Scope, alias: string | undefined): Expression[] {
  const relations = scope.relations.filter((relation) => (alias === undefined ? relation.needsAlias !== true : relation.alias === alias));
  if (alias !== undefined && relations.length === 0) throw new SqlError('42P01', `missing FROM-clause entry for table "${alias}"`);
  if (relations.length === 0) throw new SqlError('42601', 'SELECT * with no tables specified is not valid');
  return relations.flatMap((relation) =>
    relation.fields.flatMap((field, index) => {
      if (alias === undefined && relation.merged.has(field.name)) return [];
      checkGrouping(scope, relation, field.name);
      return [columnOf(relation, index, 0)];
    }),
  );
}
