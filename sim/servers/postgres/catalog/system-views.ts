import type { Execution } from '../execute/execution.js';
import type { LockFacts } from '../execute/server-facts.js';
import { unsupported } from '../sql-error.js';
import { MODE_NAMES } from '../storage/heavy-locks.js';
import { Table } from '../storage/table.js';
import { BOOL, FLOAT8, INT2, INT4, OID, type SqlType, TEXT, TIMESTAMPTZ } from '../types/sql-type.js';
import type { SqlRow, SqlValue } from '../types/sql-value.js';
import { expressionText } from './expression-text.js';
import { INFORMATION_VIEWS } from './information-schema.js';
import { tablesSeenBy } from './tables-seen-by.js';
import { typeView } from './type-view.js';

/** A view that the server itself fills. A row names its columns; those that it does not name are null. */
export interface SystemView {
  readonly columns: Readonly<Record<string, SqlType>>;
  rows(x: Execution): Iterable<Readonly<Record<string, SqlValue>>>;
}

const DATABASE_OID = 5;
const PUBLIC_OID = 2200;

function lockRow({ name, pid, mode, isGranted }: LockFacts): Record<string, SqlValue> {
  const [kind, ...rest] = name.split(' ');
  const shared = { virtualtransaction: `${pid}/1`, pid, mode: MODE_NAMES[mode], granted: isGranted, fastpath: false };
  const [first = '', second] = (rest[0] ?? '').split(',');
  if (kind === 'relation') return { ...shared, locktype: 'relation', database: DATABASE_OID, relation: Number(first) };
  if (kind === 'transaction') return { ...shared, locktype: 'transactionid', transactionid: Number(first) };
  if (kind === 'virtual') return { ...shared, locktype: 'virtualxid', virtualxid: `${pid}/1` };
  if (kind === 'tuple') return { ...shared, locktype: 'tuple', database: DATABASE_OID, relation: Number(first), page: 0, tuple: Number(rest[1]) };
  const key = BigInt(first);
  const parts =
    second === undefined
      ? { classid: Number(BigInt.asUintN(32, key >> 32n)), objid: Number(BigInt.asUintN(32, key)), objsubid: 1 }
      : { classid: Number(first) >>> 0, objid: Number(second) >>> 0, objsubid: 2 };
  return { ...shared, locktype: 'advisory', database: DATABASE_OID, ...parts };
}

const PG_VIEWS: Readonly<Record<string, SystemView>> = {
  pg_locks: {
    columns: {
      ...{ locktype: TEXT, database: OID, relation: OID, page: INT4, tuple: INT2, virtualxid: TEXT, transactionid: OID },
      ...{ classid: OID, objid: OID, objsubid: INT2, virtualtransaction: TEXT, pid: INT4, mode: TEXT, granted: BOOL },
      ...{ fastpath: BOOL, waitstart: TIMESTAMPTZ },
    },
    rows: ({ host }) => host.server.locks().map(lockRow),
  },
  pg_stat_activity: {
    columns: {
      ...{ datid: OID, datname: TEXT, pid: INT4, leader_pid: INT4, usesysid: OID, usename: TEXT, application_name: TEXT },
      ...{ client_addr: TEXT, client_hostname: TEXT, client_port: INT4, backend_start: TIMESTAMPTZ, xact_start: TIMESTAMPTZ },
      ...{ query_start: TIMESTAMPTZ, state_change: TIMESTAMPTZ, wait_event_type: TEXT, wait_event: TEXT, state: TEXT },
      ...{ backend_xid: OID, backend_xmin: OID, query: TEXT, backend_type: TEXT },
    },
    rows: ({ host }) =>
      host.server.backends().map((backend) => ({
        ...{ datid: DATABASE_OID, datname: 'postgres', pid: backend.pid, usesysid: 10, usename: 'postgres', application_name: backend.applicationName },
        ...{ backend_start: backend.startedAt, xact_start: backend.transactionStart, query_start: backend.queryStart, state_change: backend.changedAt },
        ...{ wait_event_type: backend.waitEventType, wait_event: backend.waitEvent, state: backend.state, backend_xid: backend.transactionId },
        ...{ query: backend.query, backend_type: 'client backend' },
      })),
  },
  pg_tables: {
    columns: {
      ...{ schemaname: TEXT, tablename: TEXT, tableowner: TEXT, tablespace: TEXT },
      ...{ hasindexes: BOOL, hasrules: BOOL, hastriggers: BOOL, rowsecurity: BOOL },
    },
    rows: (x) =>
      tablesSeenBy(x).map((table) => ({
        ...{ schemaname: 'public', tablename: table.name, tableowner: 'postgres', hasindexes: table.indexes.length > 0, hasrules: false },
        ...{ hastriggers: table.foreignKeys.length + table.referencedBy.length > 0, rowsecurity: false },
      })),
  },
  pg_indexes: {
    columns: { schemaname: TEXT, tablename: TEXT, indexname: TEXT, tablespace: TEXT, indexdef: TEXT },
    rows: (x) =>
      tablesSeenBy(x).flatMap((table) =>
        table.indexes.map((index) => {
          const columns = index.columns.map((at) => table.columns[at]?.name ?? '').join(', ');
          const where = index.condition === undefined ? '' : ` WHERE ${expressionText(index.condition)}`;
          const indexdef = `CREATE ${index.unique ? 'UNIQUE ' : ''}INDEX ${index.name} ON public.${table.name} USING btree (${columns})${where}`;
          return { schemaname: 'public', tablename: table.name, indexname: index.name, indexdef };
        }),
      ),
  },
  pg_class: {
    columns: { oid: OID, relname: TEXT, relnamespace: OID, relkind: TEXT, reltuples: FLOAT8, relhasindex: BOOL, relnatts: INT2, relpersistence: TEXT },
    rows: (x) =>
      x.host.catalog.objects(x.transaction).map((object) => ({
        ...{ oid: object.oid, relname: object.name, relnamespace: PUBLIC_OID, relpersistence: 'p', reltuples: -1 },
        ...(object instanceof Table
          ? { relkind: 'r', relhasindex: object.indexes.length > 0, relnatts: object.columns.length }
          : { relkind: 'S', relhasindex: false, relnatts: 3 }),
      })),
  },
  pg_type: typeView,
  pg_namespace: {
    columns: { oid: OID, nspname: TEXT, nspowner: OID },
    rows: () => [
      { oid: 11, nspname: 'pg_catalog', nspowner: 10 },
      { oid: PUBLIC_OID, nspname: 'public', nspowner: 6171 },
    ],
  },
};

/** The view that a name means; undefined when it is no name of the server's own. Refuses those that it does not have. */
export function systemView(schema: string | undefined, name: string): SystemView | undefined {
  const known = (views: Readonly<Record<string, SystemView>>): SystemView => {
    const view = Object.hasOwn(views, name) ? views[name] : undefined;
    if (view === undefined) throw unsupported(`the view ${schema === undefined ? '' : `${schema}.`}${name}`);
    return view;
  };
  if (schema === 'information_schema') return known(INFORMATION_VIEWS);
  return schema === 'pg_catalog' || (schema === undefined && name.startsWith('pg_')) ? known(PG_VIEWS) : undefined;
}

export function viewRows(view: SystemView, x: Execution): SqlRow[] {
  const names = Object.keys(view.columns);
  return [...view.rows(x)].map((row) => names.map((name) => row[name] ?? null));
}
