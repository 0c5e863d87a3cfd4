import type { CompileUnit } from '../compile/scope.js';
import { compileSubquery } from '../compile/select.js';
import type { Execution } from '../execute/execution.js';
import type { LockMode } from '../storage/heavy-locks.js';
import type { Table } from '../storage/table.js';
import type { Steps } from '../storage/wait.js';
import type { Definer } from './define-table.js';

export function lockName(table: Table): string {
  return `relation ${table.oid}`;
}

export function* lockTable(x: Execution, table: Table, mode: LockMode): Steps<void> {
  yield* x.host.locks.acquire(x.host.backend, lockName(table), mode, x.transaction, `relation ${table.oid} of database 5`);
}

/** What definitions need of the statement that makes them. */
export function definerFor(x: Execution): Definer {
  const { catalog } = x.host;
  const { transaction } = x;
  const unit: CompileUnit = { catalog, transaction, parameterTypes: [], tables: new Map(), compileSubquery, compileWrite: () => undefined };
  const isTaken = (name: string): boolean => catalog.find(name, transaction) !== undefined || catalog.hasIndex(name);
  const freeName = (base: string): string => {
    let name = base;
    for (let at = 1; isTaken(name); at += 1) name = `${base}${at}`;
    return name;
  };
  return {
    unit,
    freeName,
    newSequence(name, options) {
      const sequence = catalog.newSequence(freeName(name), options);
      catalog.add(sequence, transaction);
      return sequence;
    },
    find: (name) => catalog.table(name, transaction),
  };
}

/** Makes a change of a table that the end of the transaction can take back as a whole. */
export function changing(x: Execution, table: Table, change: () => void): void {
  const before = {
    columns: table.columns.map((column) => ({ ...column })),
    indexes: [...table.indexes],
    checks: [...table.checks],
    foreignKeys: [...table.foreignKeys],
    referencedBy: [...table.referencedBy],
  };
  x.host.catalog.changed(x.transaction, () => {
    table.columns.splice(0, Infinity, ...before.columns);
    table.indexes.splice(0, Infinity, ...before.indexes);
    table.checks.splice(0, Infinity, ...before.checks);
    table.replaceForeignKeys(() => undefined);
    for (const key of new Set([...before.foreignKeys, ...before.referencedBy])) {
      key.table.foreignKeys.push(key);
      key.referenced.referencedBy.push(key);
    }
  });
  change();
}
