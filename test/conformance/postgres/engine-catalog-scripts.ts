import type { EngineScript } from './engine-scripts.js';

/** What people and clients ask the server about itself. */
export const CATALOG_SCRIPTS: readonly EngineScript[] = [
  {
    name: 'tables and columns of information_schema',
    steps: [
      "A: SELECT table_name, table_type, is_insertable_into FROM information_schema.tables WHERE table_schema = 'public' ORDER BY table_name",
      'A: SELECT table_name, column_name, ordinal_position, column_default, is_nullable, data_type, character_maximum_length, numeric_precision, numeric_scale, udt_name ' +
        "FROM information_schema.columns WHERE table_schema = 'public' ORDER BY table_name, ordinal_position",
      "A: CREATE TABLE kinds (a bigint GENERATED ALWAYS AS IDENTITY, b varchar(7) DEFAULT 'x', " +
        'c numeric(8, 3) DEFAULT 1.5, d numeric, e timestamptz DEFAULT now(), f boolean DEFAULT true, ' +
        "g text[], h jsonb, i uuid DEFAULT gen_random_uuid(), j double precision, k date, l interval, m smallint DEFAULT -1, n text DEFAULT 'it''s')",
      'A: SELECT column_name, column_default, data_type, udt_name, character_maximum_length, numeric_precision, numeric_precision_radix, numeric_scale, datetime_precision, ' +
        "is_identity, identity_generation FROM information_schema.columns WHERE table_name = 'kinds' ORDER BY ordinal_position",
      'A: BEGIN',
      'A: CREATE TABLE mine (id int)',
      "B: SELECT count(*) FROM information_schema.tables WHERE table_name = 'mine'",
      "A: SELECT count(*) FROM information_schema.tables WHERE table_name = 'mine'",
      'A: ROLLBACK',
      'A: DROP TABLE kinds',
    ],
  },
  {
    name: 'constraints and indexes',
    steps: [
      'A: CREATE UNIQUE INDEX rich ON stock (value) WHERE value > 100 AND note IS NOT NULL',
      "A: SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename IN ('stock', 'line', 'hold') ORDER BY indexname",
      'A: SELECT table_name, constraint_name, constraint_type FROM information_schema.table_constraints ' +
        "WHERE table_schema = 'public' AND constraint_name NOT LIKE '%not_null' ORDER BY 1, 2",
      "A: SELECT table_name, constraint_name, column_name, ordinal_position FROM information_schema.key_column_usage WHERE table_schema = 'public' ORDER BY 1, 2, 4",
      "A: SELECT tablename, hasindexes, hastriggers FROM pg_tables WHERE schemaname = 'public' ORDER BY 1",
      "A: SELECT c.relname, c.relkind FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' " +
        "AND c.relkind IN ('r', 'S') ORDER BY 1",
      "A: SELECT to_regclass('stock') IS NOT NULL AS a, to_regclass('public.nothing') IS NULL AS b",
      'A: SELECT current_database(), current_schema(), current_user, pg_is_in_recovery()',
      'A: SELECT nothing FROM information_schema.tables',
    ],
  },
  {
    name: 'who holds what, and who waits',
    steps: [
      'A: BEGIN',
      'A: UPDATE stock SET value = 11 WHERE id = 1',
      'B: UPDATE stock SET value = 12 WHERE id = 1',
      "C: SELECT l.locktype, l.mode, l.granted FROM pg_locks l JOIN pg_class c ON c.oid = l.relation WHERE c.relname = 'stock' AND locktype = 'relation' ORDER BY 1, 2, 3",
      "C: SELECT locktype, mode, granted FROM pg_locks WHERE locktype = 'transactionid' ORDER BY mode, granted",
      "C: SELECT state, wait_event_type, wait_event, cardinality(pg_blocking_pids(pid)) AS blockers, query FROM pg_stat_activity WHERE query LIKE 'UPDATE stock%' ORDER BY state",
      "C: SELECT count(*) FROM pg_stat_activity w JOIN pg_stat_activity h ON h.pid = ANY(pg_blocking_pids(w.pid)) WHERE w.wait_event_type = 'Lock' AND " +
        "h.state = 'idle in transaction'",
      "C: SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'",
      'C: SELECT state FROM pg_stat_activity WHERE pid = pg_backend_pid()',
      'A: COMMIT',
      `C: SELECT value FROM stock WHERE id = 1`,
      'C: SELECT pg_cancel_backend(pg_backend_pid())',
      'C: SELECT pg_cancel_backend(999999)',
    ],
  },
  {
    name: 'advisory locks and tables in pg_locks',
    steps: [
      'A: SELECT pg_advisory_lock(5000000000)',
      'A: SELECT pg_advisory_lock_shared(-1)',
      'B: SELECT pg_advisory_lock(3, -4)',
      'C: SELECT pg_advisory_lock(5000000000)',
      "D: SELECT classid, objid, objsubid, mode, granted FROM pg_locks WHERE locktype = 'advisory' ORDER BY 1, 2, 3, 5",
      "D: SELECT wait_event_type, wait_event FROM pg_stat_activity WHERE query = 'SELECT pg_advisory_lock(5000000000)' AND state = 'active'",
      'A: SELECT pg_advisory_unlock_all()',
      'C: SELECT pg_advisory_unlock_all()',
      'B: SELECT pg_advisory_unlock_all()',
      'A: BEGIN',
      'A: LOCK TABLE stock IN SHARE MODE',
      'B: BEGIN',
      'B: LOCK TABLE stock IN ROW EXCLUSIVE MODE',
      "C: SELECT l.mode, l.granted FROM pg_locks l JOIN pg_class c ON c.oid = l.relation WHERE c.relname = 'stock' ORDER BY 1",
      "C: SELECT wait_event FROM pg_stat_activity WHERE wait_event_type = 'Lock'",
      'A: COMMIT',
      'B: COMMIT',
    ],
  },
];
