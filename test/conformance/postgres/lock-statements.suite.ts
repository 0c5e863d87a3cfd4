import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { milliseconds } from '../../../src/base/time.js';
import { systemClock } from '../../../src/bindings/system-clock.js';
import { createPostgresSchema, postgresSchemaSql } from '../../../src/inventory/postgres-schema.js';
import { PostgresStock, sweepPostgresRefusals } from '../../../src/inventory/postgres-stock.js';
import type { LockProtocol } from '../../../src/locks/lock-protocol.js';
import { postgresLeaseLock } from '../../../src/locks/postgres-lease-lock.js';
import { sweepPostgresLeases } from '../../../src/locks/postgres-lease-sweep.js';
import type { PostgresPort } from '../../../src/ports/postgres.js';
import { lockProtocolSuite } from '../lock-protocol.suite.js';
import { stockSuite } from '../stock.suite.js';

const timeout = milliseconds(5000);
const ttl = milliseconds(60_000);

export interface OpenPostgres {
  readonly postgres: PostgresPort;
  readonly close: () => void | Promise<void>;
}

/** What our SQL must do, on whatever claims to be a PostgreSQL. `open` makes a port to an empty database. */
export function lockStatementsSuite(name: string, open: () => Promise<OpenPostgres>): void {
  describe(`the statements on ${name}`, () => {
    let postgres: PostgresPort;
    let close: OpenPostgres['close'] = () => undefined;
    let lock: LockProtocol;
    let stock: PostgresStock;
    let keys = 0;
    const freshKey = (): string => `key ${(keys += 1)}`;
    const ask = async (sql: string, ...params: string[]): Promise<readonly (readonly (string | null)[])[]> => {
      const answer = await postgres.query({ name: 'test', sql }, params, { timeout });
      if (answer.status !== 'ok') throw new Error(`${sql}: ${JSON.stringify(answer)}`);
      return answer.value.rows;
    };
    const tokenOf = async (key: string, owner: string): Promise<bigint> => {
      const answer = await lock.acquire({ key, owner, ttl, timeout });
      if (answer.status !== 'granted') throw new Error(`${owner} was not granted ${key}: ${JSON.stringify(answer)}`);
      return answer.token;
    };

    beforeAll(async () => {
      ({ postgres, close } = await open());
      lock = postgresLeaseLock({ postgres, clock: systemClock });
      stock = new PostgresStock({ postgres, clock: systemClock, attemptTimeoutMs: 5000 });
    });
    afterAll(() => close());

    test('without tables, the refusal says what to do', async () => {
      const answer = await lock.acquire({ key: 'k', owner: 'a', ttl, timeout });
      expect(answer).toMatchObject({ status: 'refused', reason: 'unavailable', transient: false });
      expect(answer).toMatchObject({ message: expect.stringContaining('make the tables with createPostgresSchema first') as string });
    });

    test('the schema is made once, by many at once, and again harmlessly', async () => {
      const made = await Promise.all([1, 2, 3, 4].map(() => createPostgresSchema({ postgres })));
      expect(made.map((result) => result.status === 'ready' && result.was).sort()).toEqual([0, 1, 1, 1]);
      expect(await createPostgresSchema({ postgres })).toEqual({ status: 'ready', version: 1, was: 1 });
    });

    test('the printed schema makes the same tables, under another prefix', async () => {
      for (const sql of postgresSchemaSql('mine').split(';\n')) if (sql.trim() !== '') await ask(sql);
      expect(await createPostgresSchema({ postgres, prefix: 'mine' })).toEqual({ status: 'ready', version: 1, was: 1 });
      const mine = postgresLeaseLock({ postgres, clock: systemClock, prefix: 'mine' });
      expect(await mine.acquire({ key: 'k', owner: 'a', ttl, timeout })).toMatchObject({ status: 'granted' });
      await ask('INSERT INTO mine_schema (version) VALUES (99)');
      expect(await createPostgresSchema({ postgres, prefix: 'mine' })).toEqual({ status: 'refused', reason: 'too-new', version: 99 });
    });

    lockProtocolSuite(() => lock, freshKey);

    test("expiry is judged by the server's clock: then another gets the key, and the old owner nothing", async () => {
      const key = freshKey();
      const brief = await lock.acquire({ key, owner: 'a', ttl: milliseconds(20), timeout });
      if (brief.status !== 'granted') throw new Error('not granted');
      await ask('SELECT pg_sleep(0.03)');
      expect(await lock.extend({ key, owner: 'a', token: brief.token, ttl, timeout })).toEqual({ status: 'lost' });
      expect((await tokenOf(key, 'b')) > brief.token).toBe(true);
      expect(await lock.release({ key, owner: 'a', timeout })).toEqual({ status: 'lost' });
      expect(await lock.acquire({ key, owner: 'c', ttl, timeout })).toMatchObject({ reason: 'held', holder: 'b' });
    });

    test('an own lease that is over gets a new token, and is lost to its release', async () => {
      const key = freshKey();
      const first = await tokenOf(key, 'a');
      await ask("UPDATE holdfast_leases SET expires_at = clock_timestamp() - interval '1 second' WHERE key = $1", key);
      expect((await tokenOf(key, 'a')) > first).toBe(true);
      await ask("UPDATE holdfast_leases SET expires_at = clock_timestamp() - interval '1 second' WHERE key = $1", key);
      expect(await lock.release({ key, owner: 'a', timeout })).toEqual({ status: 'lost' });
      expect(await lock.release({ key, owner: 'a', timeout })).toEqual({ status: 'lost' });
    });

    test('tokens count on above the time, and after the row is gone are past it again', async () => {
      const key = freshKey();
      await tokenOf(key, 'a');
      await lock.release({ key, owner: 'a', timeout });
      await ask('UPDATE holdfast_leases SET token = 9007199254740993 WHERE key = $1', key);
      expect(await tokenOf(key, 'b')).toBe(9007199254740994n);
      const other = freshKey();
      const before = await tokenOf(other, 'a');
      await lock.release({ key: other, owner: 'a', timeout });
      await ask('DELETE FROM holdfast_leases WHERE key = $1', other);
      expect((await tokenOf(other, 'b')) > before).toBe(true);
    });

    test('a release in time is notified with the key, others are not', async () => {
      const heard: string[] = [];
      const subscription = await postgres.listen('holdfast_released', { notified: (key) => heard.push(key), lost: () => undefined }, { timeout });
      if (subscription.status !== 'ok') throw new Error('not listening');
      const [one, two] = [freshKey(), freshKey()];
      await tokenOf(one, 'a');
      await lock.release({ key: one, owner: 'b', timeout });
      await tokenOf(two, 'a');
      await lock.release({ key: two, owner: 'a', timeout });
      await expect.poll(() => heard).toEqual([two]);
      subscription.value.close();
    });

    test('a key that is held is polled without any write', async () => {
      const key = freshKey();
      await tokenOf(key, 'a');
      const row = () => ask('SELECT xmin, xmax, ctid FROM holdfast_leases WHERE key = $1', key);
      const before = await row();
      await lock.acquire({ key, owner: 'b', ttl, timeout });
      expect(await row()).toEqual(before);
    });

    stockSuite(() => stock, freshKey);

    test('sweeping takes rows that are long over, and refusals, and leaves the rest', async () => {
      const [old, young, sku] = [freshKey(), freshKey(), freshKey()];
      await tokenOf(old, 'a');
      await tokenOf(young, 'a');
      await ask("UPDATE holdfast_leases SET expires_at = clock_timestamp() - interval '1 day' WHERE key = $1", old);
      expect(await sweepPostgresLeases({ postgres })).toEqual({ status: 'swept', rows: 1 });
      expect(await lock.acquire({ key: young, owner: 'b', ttl, timeout })).toMatchObject({ reason: 'held' });
      await stock.take(sku, 1, { operationId: 'refused' });
      await stock.restock(sku, 1, { operationId: 'in' });
      await ask("UPDATE holdfast_stock_ledger SET booked_at = clock_timestamp() - interval '2 days' WHERE sku = $1", sku);
      expect(await sweepPostgresRefusals({ postgres })).toEqual({ status: 'swept', rows: 1 });
      expect(await stock.ledger(sku)).toMatchObject({ onHand: 1, entries: [{ operationId: 'in' }] });
    });
  });
}
