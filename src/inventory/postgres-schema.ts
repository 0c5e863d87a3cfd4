import { wholeNumber } from '../base/options.js';
import { ok, refused, type Outcome, type Unknown } from '../base/outcome.js';
import { milliseconds } from '../base/time.js';
import type { Unavailable } from '../locks/lock-protocol.js';
import { withoutResult } from '../locks/postgres-answer.js';
import { leaseTable } from '../locks/postgres-lease-lock.sql.js';
import { lockTable } from '../locks/postgres-row-lock.sql.js';
import { registerTable } from '../locks/postgres-guarded-register.js';
import { postgresTables, type PostgresTables } from '../locks/postgres-tables.js';
import { inTransaction, type TransactionQuery } from '../locks/postgres-transaction.js';
import type { PostgresOutcome, PostgresPort, PostgresRefusal } from '../ports/postgres.js';
import { bucketTables } from './bucket-stock.sql.js';
import { stockTables } from './postgres-stock.sql.js';

/** What each version adds to the one before. A version that was published is never changed. */
const VERSIONS: readonly ((tables: PostgresTables) => readonly string[])[] = [
  (tables) => [...leaseTable(tables), ...lockTable(tables), ...registerTable(tables), ...stockTables(tables), ...bucketTables(tables)],
];

export interface PostgresSchemaOptions {
  readonly postgres: PostgresPort;
  /** Goes before the names of the tables. Default `holdfast`. */
  readonly prefix?: string;
  /** How long each statement may take. Default 10 s. */
  readonly timeoutMs?: number;
}

export type PostgresSchemaResult =
  /** `was`: the version that was found, 0 for none. */
  | { readonly status: 'ready'; readonly version: number; readonly was: number }
  /** The tables are of a younger Holdfast, which this one does not know. */
  | { readonly status: 'refused'; readonly reason: 'too-new'; readonly version: number }
  | Unavailable
  | Unknown;

/**
 * Makes our tables, or brings those of an older version up to date, all in one transaction. Harmless when they are there, and
 * from many processes at once; then it only looks, and needs no right to create anything. An `unknown` one may be repeated.
 */
export async function createPostgresSchema({ postgres, prefix, timeoutMs }: PostgresSchemaOptions): Promise<PostgresSchemaResult> {
  const tables = postgresTables(prefix);
  const timeout = milliseconds(wholeNumber('timeoutMs', timeoutMs ?? 10_000, 1));
  const found = versionOf(await postgres.query(versionQuery(tables), [], { timeout }));
  if (found.status === 'ok' && found.value > VERSIONS.length) return { status: 'refused', reason: 'too-new', version: found.value };
  if (found.status === 'ok' && found.value === VERSIONS.length) return { status: 'ready', version: found.value, was: found.value };
  const missing = found.status === 'refused' && found.refusal.reason === 'error' && found.refusal.sqlstate === UNDEFINED_TABLE;
  if (found.status !== 'ok' && !missing) return withoutResult(found);
  const session = await postgres.session();
  try {
    const outcome = await inTransaction(session, { timeout }, (query) => upgrade(query, tables));
    if (outcome.status === 'ok') return { status: 'ready', version: VERSIONS.length, was: outcome.value };
    if (outcome.status === 'refused' && outcome.refusal.reason === 'too-new') return { status: 'refused', ...outcome.refusal };
    return withoutResult(outcome as Exclude<PostgresOutcome, { readonly status: 'ok' }>);
  } finally {
    session.close();
  }
}

/** The statements that make our tables from nothing, for whoever keeps migrations of their own. */
export function postgresSchemaSql(prefix?: string): string {
  const tables = postgresTables(prefix);
  const all = [VERSION_TABLE(tables), ...VERSIONS.flatMap((version) => version(tables)), NOTE_VERSION(tables, VERSIONS.length)];
  return all.map((sql) => `${sql};\n`).join('\n');
}

const UNDEFINED_TABLE = '42P01';

const VERSION_TABLE = ({ schema }: PostgresTables): string =>
  `CREATE TABLE IF NOT EXISTS ${schema} (version integer PRIMARY KEY, made_at timestamptz NOT NULL DEFAULT clock_timestamp())`;

const NOTE_VERSION = ({ schema }: PostgresTables, version: number): string => `INSERT INTO ${schema} (version) VALUES (${version})`;

const versionQuery = ({ schema }: PostgresTables) => ({ name: 'schema-version', sql: `SELECT coalesce(max(version), 0)::text AS version FROM ${schema}` });

interface TooNew {
  readonly reason: 'too-new';
  readonly version: number;
}

/** Gives the version that was there before. */
async function upgrade(query: TransactionQuery, tables: PostgresTables): Promise<Outcome<number, PostgresRefusal | TooNew>> {
  // One at a time: CREATE TABLE IF NOT EXISTS by two at once is an error for one of them. What follows sees what the other
  // has committed, because at READ COMMITTED each statement looks anew (P3).
  const locked = await query({ name: 'schema-lock', sql: 'SELECT pg_advisory_xact_lock(hashtext($1::text))' }, [tables.schema]);
  if (locked.status !== 'ok') return locked;
  const noted = await query({ name: 'schema-table', sql: VERSION_TABLE(tables) });
  if (noted.status !== 'ok') return noted;
  const was = versionOf(await query(versionQuery(tables)));
  if (was.status !== 'ok' || was.value === VERSIONS.length) return was;
  if (was.value > VERSIONS.length) return refused({ reason: 'too-new', version: was.value });
  const steps = VERSIONS.slice(was.value).flatMap((version) => version(tables));
  for (const sql of [...steps, NOTE_VERSION(tables, VERSIONS.length)]) {
    const done = await query({ name: 'schema-step', sql });
    if (done.status !== 'ok') return done;
  }
  return was;
}

function versionOf(answer: PostgresOutcome): Outcome<number, PostgresRefusal> {
  return answer.status === 'ok' ? ok(Number(answer.value.rows[0]?.[0] ?? 0)) : answer;
}
