import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { milliseconds } from '../../../src/base/time.js';
import { systemClock } from '../../../src/bindings/system-clock.js';
import { systemRandom } from '../../../src/bindings/system-random.js';
import { createPostgresSchema } from '../../../src/inventory/postgres-schema.js';
import { LockClient } from '../../../src/locks/lock-client.js';
import type { LockProtocol } from '../../../src/locks/lock-protocol.js';
import { postgresAdvisoryLock } from '../../../src/locks/postgres-advisory-lock.js';
import { postgresLeaseLock } from '../../../src/locks/postgres-lease-lock.js';
import { lockRow, lockRows, makeLockRows, type LockRowOptions } from '../../../src/locks/postgres-lock-rows.js';
import { postgresRowLock } from '../../../src/locks/postgres-row-lock.js';
import { inTransaction } from '../../../src/locks/postgres-transaction.js';
import type { PostgresPort, PostgresSession } from '../../../src/ports/postgres.js';
import { lockProtocolSuite } from '../lock-protocol.suite.js';
import type { OpenPostgres } from './lock-statements.suite.js';

const timeout = milliseconds(5000);
const ttl = milliseconds(60_000);

/** The locks that hold a lock of the server's own, and the helpers on its rows. `open` makes a port to an empty database. */
export function heldLocksSuite(name: string, open: () => Promise<OpenPostgres>): void {
  describe(`locks that the server holds, on ${name}`, () => {
    let postgres: PostgresPort;
    let close: OpenPostgres['close'] = () => undefined;
    let keys = 0;
    const freshKey = (): string => `held ${(keys += 1)}`;
    const ask = async (sql: string, ...params: string[]): Promise<readonly (readonly (string | null)[])[]> => {
      const answer = await postgres.query({ name: 'test', sql }, params, { timeout });
      if (answer.status !== 'ok') throw new Error(`${sql}: ${JSON.stringify(answer)}`);
      return answer.value.rows;
    };

    beforeAll(async () => {
      ({ postgres, close } = await open());
      expect(await createPostgresSchema({ postgres })).toMatchObject({ status: 'ready' });
    });
    afterAll(() => close());

    const locks: readonly (readonly [string, () => LockProtocol])[] = [
      ['postgres-advisory', () => postgresAdvisoryLock({ postgres, clock: systemClock })],
      ['postgres-advisory of a session', () => postgresAdvisoryLock({ postgres, clock: systemClock, scope: 'session' })],
      ['postgres-row', () => postgresRowLock({ postgres, clock: systemClock })],
    ];

    describe.each(locks)('%s', (_, make) => {
      let lock: LockProtocol;
      beforeAll(() => {
        lock = make();
      });
      const acquire = (key: string, owner: string, mayQueue = false) => lock.acquire({ key, owner, ttl, timeout, mayQueue });
      const release = (key: string, owner: string) => lock.release({ key, owner, timeout });
      const grant = async (key: string, owner: string) => {
        const answer = await acquire(key, owner);
        if (answer.status !== 'granted') throw new Error(`${owner} was not granted ${key}: ${JSON.stringify(answer)}`);
        return answer;
      };
      /** Ends the sessions that hold or want a lock. */
      const killSessions = () =>
        ask(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND (query LIKE '%advisory%' OR query LIKE '%pg_backend_pid()%')",
        );

      lockProtocolSuite(() => lock, freshKey);

      test('those who queue are woken one by one, by an advisory lock in the order in which they came', async () => {
        const key = freshKey();
        await grant(key, 'a');
        const brief = { key, ttl, timeout: milliseconds(50), mayQueue: true };
        const woken: string[] = [];
        for (const [ahead, owner] of ['b', 'c', 'd'].entries()) {
          expect(await lock.acquire({ ...brief, owner })).toMatchObject({ status: 'queued' });
          lock.watch?.({ key, owner, wake: () => woken.push(owner) });
          await expect.poll(() => ask('SELECT pid FROM pg_locks WHERE NOT granted'), { timeout: 10_000 }).toHaveLength(ahead + 1);
        }
        const order = ['a'];
        while (order.length < 4) {
          await release(key, order.at(-1) ?? '');
          const next = (): string | undefined => woken.find((owner) => !order.includes(owner));
          await expect.poll(next, { timeout: 10_000 }).toBeDefined();
          order.push(next() ?? '');
          expect(await acquire(key, order.at(-1) ?? '', true)).toMatchObject({ status: 'granted' });
        }
        // A real server keeps no order among those who wait for a row that changes.
        if (lock.name === 'postgres-row') order.sort();
        expect(order).toEqual(['a', 'b', 'c', 'd']);
        await release(key, order.at(-1) ?? '');
      });

      test('whoever leaves the queue holds nobody up', async () => {
        const key = freshKey();
        await grant(key, 'a');
        for (const owner of ['b', 'c']) {
          expect(await lock.acquire({ key, owner, ttl, timeout: milliseconds(50), mayQueue: true })).toMatchObject({ status: 'queued' });
        }
        expect(await release(key, 'b')).toEqual({ status: 'lost' });
        await release(key, 'a');
        expect(await acquire(key, 'c', true)).toMatchObject({ status: 'granted' });
        await release(key, 'c');
      });

      test('a session that the server ends: the signal tells at once, and the next waits for the end of the lease', async () => {
        const key = freshKey();
        const { lost, token } = await grant(key, 'a');
        await killSessions();
        await expect.poll(() => lost?.aborted).toBe(true);
        expect(await lock.extend({ key, owner: 'a', token, ttl, timeout })).toEqual({ status: 'lost' });
        // The server's lock is free, and the lease is not.
        await expect.poll(() => acquire(key, 'b')).toMatchObject({ status: 'refused', reason: 'held', holder: 'a' });
        expect(await release(key, 'a')).toEqual({ status: 'released' });
        expect((await grant(key, 'b')).token > token).toBe(true);
        await release(key, 'b');
      });

      test('a lock client is granted a key as soon as it is free, and excludes the other locks', async () => {
        const key = freshKey();
        const client = (protocol: LockProtocol) => new LockClient(protocol, { clock: systemClock, random: systemRandom, attemptTimeoutMs: 5000 });
        const [one, two] = [client(lock), client(make())];
        const first = await one.acquire(key, { ttlMs: 60_000 });
        if (first.status !== 'granted') throw new Error('not granted');
        expect(await client(postgresLeaseLock({ postgres, clock: systemClock })).tryAcquire(key, { ttlMs: 1000 })).toMatchObject({
          status: 'refused',
          reason: 'held',
          holder: first.lease.owner,
        });
        const second = two.acquire(key, { ttlMs: 60_000 });
        await first.lease.release();
        const answer = await second;
        if (answer.status !== 'granted') throw new Error(`not granted: ${answer.status}`);
        expect(answer.lease.token > first.lease.token).toBe(true);
        await killSessions();
        await expect.poll(() => answer.lease.signal.aborted).toBe(true);
        expect(answer.lease.signal.reason).toMatchObject({ code: 'HOLDFAST_LEASE_LOST', reason: 'taken' });
        await answer.lease.release();
      });

      test('nothing is left behind in the server', async () => {
        const left = () =>
          ask("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' UNION ALL SELECT 1 FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'");
        await killSessions();
        await expect.poll(left).toEqual([]);
      });
    });

    test('a holder that sleeps is ended by the server after a ttl and a half, in a transaction', async () => {
      const key = freshKey();
      // A clock that never rings: this process sleeps.
      const asleep = { ...systemClock, now: () => systemClock.now(), timestamp: () => systemClock.timestamp(), setTimer: () => ({ cancel: () => undefined }) };
      const brief = { key, owner: 'a', ttl: milliseconds(200), timeout };
      const answer = await postgresRowLock({ postgres, clock: asleep }).acquire(brief);
      if (answer.status !== 'granted') throw new Error('not granted');
      const free = () => ask(`SELECT 1 FROM holdfast_locks WHERE key = $1 FOR UPDATE SKIP LOCKED`, key);
      expect(await free()).toEqual([]);
      await expect.poll(free).toEqual([['1']]);
      expect(answer.lost?.aborted).toBe(true);
    });

    describe('rows in the transaction of the caller', () => {
      let one: PostgresSession;
      let two: PostgresSession;
      beforeAll(async () => {
        [one, two] = [await postgres.session(), await postgres.session()];
      });
      afterAll(() => {
        one.close();
        two.close();
      });
      const lockIn = (session: PostgresSession, key: string, options?: LockRowOptions) =>
        inTransaction(session, { timeout }, (query) => lockRow(query, key, options));

      test('a row is locked until the end of the transaction, and others wait, are refused, or go on', async () => {
        const key = freshKey();
        const waits = await inTransaction(one, { timeout }, async (query) => {
          const first = await lockRow(query, key);
          expect(first).toMatchObject({ status: 'ok' });
          return first;
        });
        if (waits.status !== 'ok') throw new Error('not locked');
        await inTransaction(one, { timeout }, async (query) => {
          const mine = await lockRow(query, key);
          expect(mine.status === 'ok' && mine.value > waits.value).toBe(true);
          expect(await lockIn(two, key, { whenLocked: 'nowait' })).toEqual({ status: 'refused', refusal: { reason: 'held', key } });
          const onward = await inTransaction(two, { timeout }, async (other) => {
            expect(await lockRow(other, key, { whenLocked: 'skip' })).toEqual({ status: 'refused', refusal: { reason: 'held', key } });
            return await other({ name: 'test', sql: 'SELECT 1' });
          });
          expect(onward).toMatchObject({ status: 'ok' });
          return mine;
        });
        expect(await lockIn(two, key, { whenLocked: 'nowait' })).toMatchObject({ status: 'ok' });
      });

      test('an absent row is made and locked (P6), for each way of waiting', async () => {
        for (const whenLocked of ['wait', 'nowait', 'skip'] as const) expect(await lockIn(one, freshKey(), { whenLocked })).toMatchObject({ status: 'ok' });
        const [a, b] = [freshKey(), freshKey()];
        expect(await makeLockRows([b, a, b], { postgres })).toEqual({ status: 'ok', value: 2 });
        expect(await makeLockRows([a, b], { postgres })).toEqual({ status: 'ok', value: 0 });
      });

      test('a token that was rolled back is not given again', async () => {
        const key = freshKey();
        const undone = await inTransaction(one, { timeout }, async (query) => {
          const locked = await lockRow(query, key);
          return { status: 'refused', refusal: locked } as const;
        });
        const again = await lockIn(two, key);
        if (undone.status !== 'refused' || !('status' in undone.refusal) || undone.refusal.status !== 'ok' || again.status !== 'ok')
          throw new Error('not locked');
        expect(again.value > undone.refusal.value).toBe(true);
      });

      test('several keys are locked once each, in one order: opposite baskets do not deadlock (P7)', async () => {
        const [a, b] = [freshKey(), freshKey()];
        await makeLockRows([a, b], { postgres });
        const baskets = [...Array(20).keys()].map(async (n) => {
          const session = await postgres.session();
          const outcome = await inTransaction(session, { timeout }, (query) => lockRows(query, n % 2 === 0 ? [a, b, a] : [b, a]));
          session.close();
          return outcome.status === 'ok' ? [...outcome.value.keys()] : outcome;
        });
        expect(await Promise.all(baskets)).toEqual(Array(20).fill([a, b]));
      });
    });
  });
}
