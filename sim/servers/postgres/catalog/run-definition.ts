import type { Node, TruncateStmt } from 'libpg-query';
import { stringOf } from '../compile/compile-expression.js';
import type { Execution } from '../execute/execution.js';
import { SqlError, unsupported } from '../sql-error.js';
import { ACCESS_EXCLUSIVE, SHARE_LOCK } from '../storage/heavy-locks.js';
import { Table } from '../storage/table.js';
import { type Steps, transactionEnd } from '../storage/wait.js';
import { alterTable } from './alter-table.js';
import { createIndex, fillTable } from './define-table.js';
import { changing, definerFor, lockTable } from './definer.js';
import { Sequence } from './sequence.js';
import { sequenceOptions } from './sequence-options.js';

function* freeToCreate(x: Execution, name: string, missingOk: boolean): Steps<boolean> {
  for (let creator = x.host.catalog.pendingCreator(name, x.transaction); creator !== undefined; creator = x.host.catalog.pendingCreator(name, x.transaction)) {
    yield transactionEnd(creator);
  }
  if (x.host.catalog.find(name, x.transaction) === undefined && !x.host.catalog.hasIndex(name)) return true;
  if (!missingOk) throw new SqlError('42P07', `relation "${name}" already exists`);
  x.host.warn(`relation "${name}" already exists, skipping`, '42P07', 'NOTICE');
  return false;
}

function* dropIndex(x: Execution, name: string, missingOk: boolean): Steps<void> {
  const table = x.host.catalog.objects(x.transaction).find((one) => one instanceof Table && one.indexes.some((index) => index.name === name));
  if (!(table instanceof Table)) {
    if (!missingOk) throw new SqlError('42704', `index "${name}" does not exist`);
    x.host.warn(`index "${name}" does not exist, skipping`, '00000', 'NOTICE');
    return;
  }
  yield* lockTable(x, table, ACCESS_EXCLUSIVE);
  const index = table.indexes.find((one) => one.name === name);
  if (index?.constraint !== undefined) {
    throw new SqlError('2BP01', `cannot drop index ${name} because constraint ${name} on table ${table.name} requires it`);
  }
  changing(x, table, () => table.indexes.splice(0, Infinity, ...table.indexes.filter((one) => one !== index)));
}

function* drop(x: Execution, node: Extract<Node, { DropStmt: unknown }>): Steps<void> {
  const { objects = [], removeType, missing_ok: missingOk, behavior } = node.DropStmt;
  if (removeType === 'OBJECT_INDEX') {
    for (const object of objects) yield* dropIndex(x, 'List' in object ? stringOf(object.List.items?.at(-1)) : '', missingOk === true);
    return;
  }
  const kind = removeType === 'OBJECT_TABLE' ? 'table' : removeType === 'OBJECT_SEQUENCE' ? 'sequence' : undefined;
  if (kind === undefined) throw unsupported(`DROP ${(removeType ?? '').replace('OBJECT_', '')}`);
  const { catalog } = x.host;
  const names = objects.map((object) => ('List' in object ? stringOf(object.List.items?.at(-1)) : ''));
  for (const name of names) {
    const found = catalog.find(name, x.transaction);
    if (found === undefined) {
      if (missingOk !== true) throw new SqlError('42P01', `${kind} "${name}" does not exist`);
      x.host.warn(`${kind} "${name}" does not exist, skipping`, '00000', 'NOTICE');
      continue;
    }
    if (found instanceof Table) {
      yield* lockTable(x, found, ACCESS_EXCLUSIVE);
      if (found.referencedBy.some((key) => key.table !== found && !names.includes(key.table.name))) {
        if (behavior !== 'DROP_CASCADE') throw new SqlError('2BP01', `cannot drop table ${name} because other objects depend on it`);
        throw unsupported('DROP TABLE ... CASCADE of a table that others point at');
      }
      for (const key of found.foreignKeys) {
        const { referencedBy } = key.referenced;
        referencedBy.splice(referencedBy.indexOf(key), 1);
        x.transaction.did({ commit: () => undefined, abort: () => void referencedBy.push(key) });
      }
      for (const column of found.columns) {
        const sequence = catalog.find(`${found.name}_${column.name}_seq`, x.transaction);
        if (sequence instanceof Sequence) catalog.remove(sequence, x.transaction);
      }
    }
    catalog.remove(found, x.transaction);
  }
}

function* truncate(x: Execution, { relations = [], restart_seqs: restarts, behavior }: TruncateStmt): Steps<void> {
  const { catalog } = x.host;
  const tables = new Set(relations.map((one) => catalog.table('RangeVar' in one ? (one.RangeVar.relname ?? '') : '', x.transaction)));
  // What is added while it runs has its turn, too.
  for (const table of tables) {
    yield* lockTable(x, table, ACCESS_EXCLUSIVE);
    for (const { table: pointing } of table.referencedBy) {
      if (tables.has(pointing)) continue;
      if (behavior !== 'DROP_CASCADE') throw new SqlError('0A000', 'cannot truncate a table referenced in a foreign key constraint');
      x.host.warn(`truncate cascades to table "${pointing.name}"`, '00000', 'NOTICE');
      tables.add(pointing);
    }
  }
  for (const table of tables) {
    for (const version of [...table.versions]) if (version.endedBy === undefined) table.delete(x.transaction, x.snapshot.command, version, 3);
    if (restarts !== true) continue;
    for (const column of table.columns) {
      const sequence = catalog.find(`${table.name}_${column.name}_seq`, x.transaction);
      if (!(sequence instanceof Sequence)) continue;
      const before = sequence.position;
      sequence.restart();
      x.transaction.did({ commit: () => undefined, abort: () => sequence.set(before.last, before.isCalled) });
      x.transaction.changes.push({ kind: 'sequence', sequence: sequence.oid, ...sequence.position });
    }
  }
}

/** What a statement on definitions is called; undefined when it is another one. */
export function definitionTag(node: Node): string | undefined {
  if ('CreateStmt' in node) return 'CREATE TABLE';
  if ('IndexStmt' in node) return 'CREATE INDEX';
  if ('CreateSeqStmt' in node) return 'CREATE SEQUENCE';
  if ('AlterTableStmt' in node) return 'ALTER TABLE';
  if ('DropStmt' in node) return `DROP ${(node.DropStmt.removeType ?? '').replace('OBJECT_', '').replaceAll('_', ' ')}`;
  return 'TruncateStmt' in node ? 'TRUNCATE TABLE' : undefined;
}

/** Runs CREATE, ALTER, DROP and TRUNCATE: its command tag, or undefined when it is another statement. */
export function* runDefinition(x: Execution, node: Node, text: string): Steps<string | undefined> {
  const { changes, definitions } = x.transaction;
  const [firstChange, firstDefinition] = [changes.length, definitions.length];
  const tag = yield* define(x, node);
  const made = definitions.slice(firstDefinition);
  const oids = made.filter((oid) => oid > 0).sort((a, b) => a - b);
  if (made.length > 0) changes.splice(firstChange, 0, { kind: 'define', sql: text, oids });
  return tag;
}

function* define(x: Execution, node: Node): Steps<string | undefined> {
  const { catalog } = x.host;
  if ('CreateStmt' in node) {
    const name = node.CreateStmt.relation?.relname ?? '';
    if (node.CreateStmt.relation?.relpersistence === 't') throw unsupported('a temporary table');
    if (!(yield* freeToCreate(x, name, node.CreateStmt.if_not_exists === true))) return 'CREATE TABLE';
    const table = catalog.newTable(name);
    const definer = definerFor(x);
    fillTable(table, node.CreateStmt, definer);
    catalog.add(table, x.transaction);
    yield* lockTable(x, table, ACCESS_EXCLUSIVE);
    return 'CREATE TABLE';
  }
  if ('IndexStmt' in node) {
    const table = catalog.table(node.IndexStmt.relation?.relname ?? '', x.transaction);
    yield* lockTable(x, table, SHARE_LOCK);
    if (node.IndexStmt.idxname !== undefined && !(yield* freeToCreate(x, node.IndexStmt.idxname, node.IndexStmt.if_not_exists === true))) return 'CREATE INDEX';
    changing(x, table, () => createIndex(table, node.IndexStmt, definerFor(x), x));
    return 'CREATE INDEX';
  }
  if ('CreateSeqStmt' in node) {
    const name = node.CreateSeqStmt.sequence?.relname ?? '';
    if (!(yield* freeToCreate(x, name, node.CreateSeqStmt.if_not_exists === true))) return 'CREATE SEQUENCE';
    catalog.add(catalog.newSequence(name, sequenceOptions(node.CreateSeqStmt.options)), x.transaction);
    return 'CREATE SEQUENCE';
  }
  if ('AlterTableStmt' in node) {
    yield* alterTable(x, node.AlterTableStmt);
    return 'ALTER TABLE';
  }
  if ('DropStmt' in node) {
    yield* drop(x, node);
    return node.DropStmt.removeType === 'OBJECT_TABLE' ? 'DROP TABLE' : 'DROP SEQUENCE';
  }
  if ('TruncateStmt' in node) {
    yield* truncate(x, node.TruncateStmt);
    return 'TRUNCATE TABLE';
  }
  return undefined;
}
