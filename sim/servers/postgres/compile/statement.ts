import type { Node, SelectStmt } from 'libpg-query';
import type { Catalog } from '../catalog/catalog.js';
import { type Execution, newFrame } from '../execute/execution.js';
import { ACCESS_SHARE, type LockMode } from '../storage/heavy-locks.js';
import type { Table } from '../storage/table.js';
import type { Transaction } from '../storage/transaction.js';
import type { Steps } from '../storage/wait.js';
import type { SqlType } from '../types/sql-type.js';
import type { SqlRow } from '../types/sql-value.js';
import { compileInsert } from './insert.js';
import { type CompileUnit, type Field, newScope, type Scope, type WriteQuery } from './scope.js';
import { compileSelect, compileSubquery } from './select.js';
import { compileDelete, compileUpdate } from './update.js';

const STRENGTHS: Readonly<Record<string, string>> = {
  LCS_FORKEYSHARE: 'FOR KEY SHARE',
  LCS_FORSHARE: 'FOR SHARE',
  LCS_FORNOKEYUPDATE: 'FOR NO KEY UPDATE',
  LCS_FORUPDATE: 'FOR UPDATE',
};

/** A statement on tables, ready to run any number of times. */
export interface CompiledStatement {
  readonly command: string;
  readonly fields: readonly Field[];
  readonly givesRows: boolean;
  /** What a read-only transaction refuses to do, by name; undefined when it only reads. */
  readonly writes: string | undefined;
  readonly parameterTypes: readonly (SqlType | undefined)[];
  readonly tables: ReadonlyMap<Table, LockMode>;
  run(x: Execution): Steps<{ readonly count: number; readonly rows: readonly SqlRow[] }>;
}

function compileWrite(node: Node, scope: Scope): WriteQuery | undefined {
  if ('InsertStmt' in node) return compileInsert(node.InsertStmt, scope);
  if ('UpdateStmt' in node) return compileUpdate(node.UpdateStmt, scope);
  if ('DeleteStmt' in node) return compileDelete(node.DeleteStmt, scope);
  return undefined;
}

function lockingName({ lockingClause }: SelectStmt): string {
  const [first] = lockingClause ?? [];
  const strength = first !== undefined && 'LockingClause' in first ? first.LockingClause.strength : undefined;
  return strength === undefined ? '' : ` ${STRENGTHS[strength] ?? ''}`;
}

/** Compiles SELECT, VALUES, INSERT, UPDATE and DELETE; undefined for any other statement. */
export function compileStatement(
  node: Node,
  catalog: Catalog,
  transaction: Transaction,
  parameterTypes: (SqlType | undefined)[],
): CompiledStatement | undefined {
  const tables = new Map<Table, LockMode>();
  const unit: CompileUnit = { catalog, transaction, parameterTypes, tables, compileSubquery, compileWrite };
  const scope = newScope(unit, undefined);
  const write = compileWrite(node, scope);
  if (write !== undefined) {
    const { command, fields } = write;
    return { command, fields, givesRows: fields.length > 0, writes: command, parameterTypes, tables, run: (x) => write.run(newFrame(x, undefined)) };
  }
  if (!('SelectStmt' in node)) return undefined;
  const query = compileSelect(node.SelectStmt, scope);
  return {
    command: 'SELECT',
    fields: query.fields,
    givesRows: true,
    writes: [...tables.values()].some((mode) => mode > ACCESS_SHARE) ? `SELECT${lockingName(node.SelectStmt)}` : undefined,
    parameterTypes,
    tables,
    *run(x) {
      const rows = yield* query.run(newFrame(x, undefined));
      return { count: rows.length, rows };
    },
  };
}
