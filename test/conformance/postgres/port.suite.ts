import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ok, refused } from '../../../src/base/outcome.js';
import { milliseconds } from '../../../src/base/time.js';
import { inTransaction } from '../../../src/locks/postgres-transaction.js';
import type { PostgresOutcome, PostgresPort, PostgresRow } from '../../../src/ports/postgres.js';
import type { OpenPostgres } from './lock-statements.suite.js';

/** What a port can do; each is a test of the suite. */
export type PortFeature =
  | 'values'
  | 'exact numbers'
  | 'counts and commands'
  | 'codes of errors'
  | 'codes of unknown functions'
  | 'errors of arithmetic'
  | 'deadlines'
  | 'notifications'
  | 'transactions'
  | 'failed transactions'
  | 'lost transactions'
  | 'isolation'
  | 'row locks'
  | 'advisory locks'
  | "the server's clock";

/** A feature that a port has not, and how that shows. The suite fails when it is no longer so. */
export interface PortException {
  readonly feature: PortFeature;
  readonly what: string;
  readonly shownBy: (postgres: PostgresPort) => Promise<unknown>;
  /** What it answers instead. */
  readonly instead: object;
}

const patient = { timeout: milliseconds(5000) };
const hasty = { timeout: milliseconds(150) };

export const ask = (to: Pick<PostgresPort, 'query'>, sql: string, params: readonly (string | null)[] = [], options = patient) =>
  to.query({ name: 'test', sql }, params, options);

export function rowsOf(outcome: PostgresOutcome): readonly PostgresRow[] {
  if (outcome.status !== 'ok') throw new Error(JSON.stringify(outcome));
  return outcome.value.rows;
}

/** The conformance suite of `PostgresPort`. `open` makes a port to an empty database. */
export function postgresPortSuite(name: string, open: () => Promise<OpenPostgres>, exceptions: readonly PortException[] = []): void {
  describe(`PostgresPort by ${name}`, () => {
    let postgres: PostgresPort;
    let close: OpenPostgres['close'] = () => undefined;
    const sqlstate = (code: string): object => ({ status: 'refused', refusal: { reason: 'error', sqlstate: code } });
    const count = async (): Promise<string | null | undefined> => rowsOf(await ask(postgres, "SELECT n FROM counters WHERE name = 'a'"))[0]?.[0];
    const increment = "UPDATE counters SET n = n + 1 WHERE name = 'a'";
    const step = { name: 'step', sql: increment };

    beforeAll(async () => {
      ({ postgres, close } = await open());
      rowsOf(await ask(postgres, 'CREATE TABLE counters (name text PRIMARY KEY, n int NOT NULL CHECK (n < 100))'));
    });
    afterAll(() => close());
    beforeEach(async () => {
      rowsOf(await ask(postgres, "INSERT INTO counters VALUES ('a', 0) ON CONFLICT (name) DO UPDATE SET n = 0"));
    });

    const feature = (which: PortFeature, body: () => Promise<void>): void => {
      const missing = exceptions.filter((exception) => exception.feature === which);
      if (missing.length === 0) test(which, body);
      for (const { what, shownBy, instead } of missing) test(`not ${which}: ${what}`, async () => expect(await shownBy(postgres)).toMatchObject(instead));
    };

    feature('values', async () => {
      const sql = "SELECT $1::text, true AS a, NULL AS b, $2::int + 1 AS c, '$1' AS d, $3::text AS e";
      expect(rowsOf(await ask(postgres, sql, ["it's", '41', null]))).toEqual([["it's", 't', null, '42', '$1', null]]);
      expect(rowsOf(await ask(postgres, `SELECT n FROM counters WHERE name = $1`, ['a']))).toEqual([['0']]);
      expect(rowsOf(await ask(postgres, `SELECT '{"a": [1, null]}'::jsonb -> 'a' AS a`))).toEqual([[expect.stringMatching(/^\[1, ?null\]$/)]]);
    });

    feature('exact numbers', async () => {
      expect(rowsOf(await ask(postgres, 'SELECT 9007199254740993::bigint, 1.50::numeric'))).toEqual([['9007199254740993', '1.50']]);
    });

    feature('counts and commands', async () => {
      expect(await ask(postgres, increment)).toEqual(ok({ command: 'UPDATE', rowCount: 1, rows: [] }));
      expect(await ask(postgres, "UPDATE counters SET n = 0 WHERE name = 'z'")).toEqual(ok({ command: 'UPDATE', rowCount: 0, rows: [] }));
      expect(await ask(postgres, "INSERT INTO counters VALUES ('b', 1) RETURNING name, n")).toEqual(ok({ command: 'INSERT', rowCount: 1, rows: [['b', '1']] }));
      expect(await ask(postgres, "DELETE FROM counters WHERE name = 'b'")).toEqual(ok({ command: 'DELETE', rowCount: 1, rows: [] }));
      expect(await ask(postgres, 'SELECT name FROM counters')).toEqual(ok({ command: 'SELECT', rowCount: 1, rows: [['a']] }));
    });

    feature('codes of errors', async () => {
      expect(await ask(postgres, 'SELECT * FROM nowhere')).toMatchObject(sqlstate('42P01'));
      expect(await ask(postgres, 'SELECT nothing FROM counters')).toMatchObject(sqlstate('42703'));
      expect(await ask(postgres, 'UPDATE counters SET n = 100')).toMatchObject(sqlstate('23514'));
      expect(await ask(postgres, "INSERT INTO counters VALUES ('a', 1)")).toMatchObject(sqlstate('23505'));
      expect(await ask(postgres, "INSERT INTO counters VALUES ('c', NULL)")).toMatchObject(sqlstate('23502'));
      expect(await ask(postgres, 'SELEC 1')).toMatchObject(sqlstate('42601'));
      expect(await count()).toBe('0');
    });

    feature('codes of unknown functions', async () => {
      expect(await ask(postgres, 'SELECT no_such_function(1)')).toMatchObject(sqlstate('42883'));
    });

    feature('errors of arithmetic', async () => {
      expect(await ask(postgres, 'SELECT 1 / 0')).toMatchObject(sqlstate('22012'));
    });

    feature('deadlines', async () => {
      expect(await ask(postgres, 'SELECT pg_sleep(10)', [], hasty)).toEqual({ status: 'unknown', reason: 'timeout' });
      expect(rowsOf(await ask(postgres, 'SELECT 1'))).toEqual([['1']]);
    });

    feature('notifications', async () => {
      const heard: string[] = [];
      const subscription = await postgres.listen('New "s"', { notified: (payload) => heard.push(payload), lost: () => heard.push('lost') }, patient);
      if (subscription.status !== 'ok') throw new Error('not listening');
      for (const [channel, payload] of [
        ['New "s"', 'one'],
        ['other', 'no'],
        ['New "s"', 'two'],
      ] as const) {
        rowsOf(await ask(postgres, 'SELECT pg_notify($1::text, $2::text)', [channel, payload]));
      }
      await expect.poll(() => heard).toEqual(['one', 'two']);
      subscription.value.close();
      expect(heard).toEqual(['one', 'two']);
    });

    feature('transactions', async () => {
      const session = await postgres.session();
      expect(await inTransaction(session, patient, (query) => query(step))).toMatchObject({ status: 'ok' });
      const change = async (): Promise<PostgresOutcome> => refused({ reason: 'unavailable', message: 'changed my mind' });
      expect(await inTransaction(session, patient, (query) => query(step).then(change))).toMatchObject({ refusal: { message: 'changed my mind' } });
      const oops = inTransaction(session, patient, (query) => query(step).then((): PostgresOutcome => expect.unreachable('oops')));
      await expect(oops).rejects.toThrow('oops');
      session.close();
      expect(await count()).toBe('1');
    });

    feature('failed transactions', async () => {
      const session = await postgres.session();
      const outcome = await inTransaction(session, patient, async (query) => {
        await query(step);
        await query({ name: 'bad', sql: 'SELECT * FROM nowhere' });
        expect(await query(step)).toMatchObject(sqlstate('25P02'));
        return ok(null);
      });
      session.close();
      expect(outcome).toMatchObject(sqlstate('25P02'));
      expect(await count()).toBe('0');
    });

    feature('lost transactions', async () => {
      let told = 0;
      const session = await postgres.session(() => (told += 1));
      rowsOf(await ask(session, 'BEGIN'));
      rowsOf(await ask(session, increment));
      session.close();
      expect(await ask(session, 'SELECT 1')).toMatchObject({ status: 'refused', refusal: { reason: 'unavailable' } });
      expect(await count()).toBe('0');
      // What it has closed itself, nobody need be told.
      expect(told).toBe(0);
    });

    feature('isolation', async () => {
      const session = await postgres.session();
      rowsOf(await ask(session, 'BEGIN'));
      rowsOf(await ask(session, increment));
      expect(await count()).toBe('0');
      rowsOf(await ask(session, 'COMMIT'));
      expect(await count()).toBe('1');
      session.close();
    });

    feature('row locks', async () => {
      const [one, two] = [await postgres.session(), await postgres.session()];
      for (const session of [one, two]) rowsOf(await ask(session, 'BEGIN'));
      rowsOf(await ask(one, 'SELECT n FROM counters FOR UPDATE'));
      expect(rowsOf(await ask(two, 'SELECT n FROM counters FOR UPDATE SKIP LOCKED'))).toEqual([]);
      const waiting = ask(two, increment);
      rowsOf(await ask(one, increment));
      rowsOf(await ask(one, 'COMMIT'));
      rowsOf(await waiting);
      rowsOf(await ask(two, 'COMMIT'));
      expect(await count()).toBe('2');
      for (const session of [one, two]) session.close();
    });

    feature('advisory locks', async () => {
      const [one, two] = [await postgres.session(), await postgres.session()];
      const lock = 'SELECT pg_try_advisory_lock(hashtextextended($1::text, 0))';
      expect(rowsOf(await ask(one, lock, ['k']))).toEqual([['t']]);
      expect(rowsOf(await ask(two, lock, ['k']))).toEqual([['f']]);
      one.close();
      await expect.poll(async () => rowsOf(await ask(two, lock, ['k']))).toEqual([['t']]);
      two.close();
    });

    feature("the server's clock", async () => {
      expect(rowsOf(await ask(postgres, 'SELECT clock_timestamp() >= now() AS later'))).toEqual([['t']]);
    });
  });
}
