import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ProxyLink } from '../../../sim/chaos/proxy.js';
import { milliseconds } from '../../../src/base/time.js';
import { pgPort, type PgPort } from '../../../src/bindings/pg-postgres.js';
import { systemClock } from '../../../src/bindings/system-clock.js';
import { postgresLeaseLock } from '../../../src/locks/postgres-lease-lock.js';
import { createPostgresLocks, createPostgresSchema, createPostgresStock, type PostgresStock } from '../../../src/postgres.js';
import { hasPostgres, startPostgres, type RunningPostgres } from '../../support/start-postgres.js';
import { lockStatementsSuite } from './lock-statements.suite.js';

const timeout = milliseconds(5000);
const ttl = milliseconds(60_000);

if (hasPostgres) {
  lockStatementsSuite('a real PostgreSQL', async () => {
    const server = await startPostgres();
    const postgres = pgPort(() => new Client(server.config));
    const close = async (): Promise<void> => {
      postgres.close();
      await server.stop();
    };
    return { postgres, close };
  });

  describe('locks and stock on a real PostgreSQL, many at once', () => {
    let server: RunningPostgres;
    let postgres: PgPort;
    const ports: PgPort[] = [];
    const open = (port = server.port, prepare = false): PgPort => {
      const opened = pgPort(() => new Client({ ...server.config, port }), { connections: 2, prepare });
      ports.push(opened);
      return opened;
    };
    const ask = async (sql: string, ...params: string[]) => {
      const answer = await postgres.query({ name: 'test', sql }, params, { timeout });
      if (answer.status !== 'ok') throw new Error(`${sql}: ${JSON.stringify(answer)}`);
      return answer.value.rows;
    };
    const eight = [1, 2, 3, 4, 5, 6, 7, 8];

    beforeAll(async () => {
      server = await startPostgres();
      postgres = open();
      expect(await createPostgresSchema({ postgres })).toMatchObject({ status: 'ready' });
    });
    afterAll(async () => {
      for (const port of ports) port.close();
      await server.stop();
    });

    /** The books of a sku agree with themselves and with what its customers were told. */
    async function audit(stock: PostgresStock, sku: string, told: ReadonlyMap<string, number>): Promise<number> {
      const book = await stock.ledger(sku);
      if (book.status !== 'read') throw new Error(`no ledger: ${book.status}`);
      let onHand = 0;
      for (const entry of book.entries) {
        onHand += entry.delta;
        expect(entry.onHand).toBe(onHand);
        expect(onHand).toBeGreaterThanOrEqual(0);
      }
      expect(book.onHand).toBe(onHand);
      const places = book.entries.map(({ sequence }) => sequence);
      expect(places).toEqual([...new Set(places)].sort((a, b) => a - b));
      const sold = book.entries.filter(({ delta }) => delta < 0).map(({ operationId, delta }) => [operationId, delta] as const);
      expect(new Map(sold)).toEqual(told);
      expect(sold).toHaveLength(told.size);
      return onHand;
    }

    test.each([false, true])('eight clients sell 100 units: no more, and the ledger is exact (prepared: %s)', async (prepare) => {
      const sku = `hot ${prepare}`;
      const stocks = eight.map(() => createPostgresStock({ postgres: open(server.port, prepare), attemptTimeoutMs: 5000 }));
      await stocks[0]!.restock(sku, 100, { operationId: 'in' });
      const told = new Map<string, number>();
      await Promise.all(
        stocks.map(async (stock, client) => {
          for (let n = 0; n < 25; n += 1) {
            const operationId = `${client}-${n}`;
            const answer = await stock.take(sku, 1, { operationId });
            if (answer.status === 'taken') told.set(operationId, -1);
            else expect(answer).toMatchObject({ status: 'refused', reason: 'insufficient', onHand: 0 });
          }
        }),
      );
      expect(told.size).toBe(100);
      expect(await audit(stocks[0]!, sku, told)).toBe(0);
    });

    test('one operation, eight times at once, moves stock once and has one answer', async () => {
      const sku = 'once';
      const stocks = eight.map(() => createPostgresStock({ postgres: open(), attemptTimeoutMs: 5000 }));
      await stocks[0]!.restock(sku, 5, { operationId: 'in' });
      // All of them begin before any has decided: the row is taken until they wait for it.
      const blocker = await postgres.session();
      const run = (sql: string) => blocker.query({ name: 'block', sql }, [], { timeout });
      await run('BEGIN');
      await run("SELECT 1 FROM holdfast_stock WHERE sku = 'once' FOR UPDATE");
      const asked = stocks.map((stock) => stock.take(sku, 2, { operationId: 'the same' }));
      await expect.poll(() => ask("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'")).toHaveLength(8);
      await run('COMMIT');
      blocker.close();
      const answers = await Promise.all(asked);
      expect(answers.every((answer) => answer.status === 'taken' && answer.onHand === 3)).toBe(true);
      expect(answers.filter((answer) => 'repeated' in answer && !answer.repeated)).toHaveLength(1);
      expect(await audit(stocks[0]!, sku, new Map([['the same', -2]]))).toBe(3);
    });

    test('eight clients, one holder at a time, tokens grow', async () => {
      let inside = 0;
      const tokens: bigint[] = [];
      await Promise.all(
        eight.map(async () => {
          const locks = createPostgresLocks({ postgres: open(), pollMinMs: 1, pollMaxMs: 5, attemptTimeoutMs: 2000 });
          for (let n = 0; n < 10; n += 1) {
            const result = await locks.withLock('busy', { ttlMs: 30_000 }, async (lease) => {
              expect((inside += 1)).toBe(1);
              tokens.push(lease.token);
              await ask('SELECT 1');
              inside -= 1;
            });
            expect(result).toMatchObject({ status: 'done', release: { status: 'released' } });
          }
        }),
      );
      expect(tokens).toHaveLength(80);
      for (const [index, token] of tokens.entries()) if (index > 0) expect(token > tokens[index - 1]!).toBe(true);
    });

    test('a ttl begins when the row is locked, not when the statement began (P5)', async () => {
      const lock = postgresLeaseLock({ postgres, clock: systemClock });
      await lock.release({ key: 'waited', owner: 'nobody', timeout });
      const blocker = await postgres.session();
      const run = (sql: string) => blocker.query({ name: 'block', sql }, [], { timeout });
      await run('BEGIN');
      await run("SELECT 1 FROM holdfast_leases WHERE key = 'waited' FOR UPDATE");
      const acquired = lock.acquire({ key: 'waited', owner: 'a', ttl, timeout });
      await expect.poll(() => ask("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'")).toHaveLength(1);
      const [[then]] = (await ask('SELECT clock_timestamp()')) as [[string]];
      await run('COMMIT');
      blocker.close();
      expect(await acquired).toMatchObject({ status: 'granted' });
      expect(await ask("SELECT expires_at >= $1::timestamptz + interval '60 seconds' FROM holdfast_leases WHERE key = 'waited'", then)).toEqual([['t']]);
    });

    test('a key that changes hands under a statement is held, by whom the next look says', async () => {
      const lock = postgresLeaseLock({ postgres, clock: systemClock });
      const blocker = await postgres.session();
      const run = (sql: string) => blocker.query({ name: 'block', sql }, [], { timeout });
      await run('BEGIN');
      await run("INSERT INTO holdfast_leases VALUES ('raced', 'winner', 1, clock_timestamp() + interval '1 hour')");
      const acquired = lock.acquire({ key: 'raced', owner: 'loser', ttl, timeout });
      await expect.poll(() => ask("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'")).toHaveLength(1);
      await run('COMMIT');
      blocker.close();
      expect(await acquired).toEqual({ status: 'refused', reason: 'held', holder: null, remaining: 0 });
      expect(await lock.acquire({ key: 'raced', owner: 'loser', ttl, timeout })).toMatchObject({ reason: 'held', holder: 'winner' });
    });

    test('an owner that gives the key back while its acquire waits for the row does not get it', async () => {
      const lock = postgresLeaseLock({ postgres, clock: systemClock });
      await lock.release({ key: 'given up', owner: 'nobody', timeout });
      const blocker = await postgres.session();
      const run = (sql: string) => blocker.query({ name: 'block', sql }, [], { timeout });
      await run('BEGIN');
      await run("UPDATE holdfast_leases SET released = 'late' WHERE key = 'given up'");
      const acquired = lock.acquire({ key: 'given up', owner: 'late', ttl, timeout });
      await expect.poll(() => ask("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'")).toHaveLength(1);
      await run('COMMIT');
      blocker.close();
      expect(await acquired).toMatchObject({ status: 'refused', reason: 'held' });
      expect(await lock.acquire({ key: 'given up', owner: 'late', ttl, timeout })).toEqual({ status: 'refused', reason: 'released' });
    });

    test('lost answers: the repeat of an acquire finds its grant (R2), the repeat of a take its sale', async () => {
      const link = new ProxyLink('test', 'postgres', server.port);
      const through = open(await link.listen());
      const locks = createPostgresLocks({ postgres: through, attemptTimeoutMs: 100 });
      const stock = createPostgresStock({ postgres: through, attemptTimeoutMs: 100, attempts: 5 });
      await stock.restock('lost', 3, { operationId: 'in' });
      /** The next answer is lost on the way, after the server has committed. */
      const loseOne = (then: 'reset' | 'silence', committed: () => Promise<boolean>): void => {
        let lost = false;
        const lift = link.impose({
          onChunk: ({ direction }) => {
            if (direction !== 'reply' || lost) return null;
            lost = true;
            void expect.poll(committed).toBe(true).then(lift);
            return { act: 'lose', then };
          },
          effective: () => undefined,
        });
      };
      for (const then of ['reset', 'silence'] as const) {
        const key = `lost ${then}`;
        loseOne(then, async () => (await ask('SELECT 1 FROM holdfast_leases WHERE key = $1', key)).length === 1);
        const acquired = await locks.acquire(key, { ttlMs: 60_000, waitMs: 10_000 });
        if (acquired.status !== 'granted') throw new Error(`not granted: ${acquired.status}`);
        expect(await ask('SELECT token, owner FROM holdfast_leases WHERE key = $1', key)).toEqual([[String(acquired.lease.token), acquired.lease.owner]]);
        loseOne(then, async () => (await ask('SELECT 1 FROM holdfast_stock_ledger WHERE operation_id = $1', key)).length === 1);
        expect(await stock.take('lost', 1, { operationId: key, token: acquired.lease.token })).toMatchObject({ status: 'taken', repeated: true });
      }
      expect(
        await audit(
          stock,
          'lost',
          new Map([
            ['lost reset', -1],
            ['lost silence', -1],
          ]),
        ),
      ).toBe(1);
      link.close();
    });

    test('an older holder is refused by the stock as soon as a younger one was there', async () => {
      const locks = createPostgresLocks({ postgres });
      const stock = createPostgresStock({ postgres, attemptTimeoutMs: 5000 });
      await stock.restock('fenced', 2, { operationId: 'in' });
      const slow = await locks.acquire('fenced', { ttlMs: 10 });
      const quick = await locks.acquire('fenced', { ttlMs: 60_000, waitMs: 10_000 });
      if (slow.status !== 'granted' || quick.status !== 'granted') throw new Error('not granted');
      expect(await stock.read('fenced', { token: quick.lease.token })).toMatchObject({ onHand: 2 });
      const late = await stock.take('fenced', 1, { operationId: 'late', token: slow.lease.token });
      expect(late).toEqual({ status: 'refused', reason: 'stale-token' });
      expect(await stock.write('fenced', { onHand: 1, operationId: 'ours', token: quick.lease.token })).toMatchObject({ status: 'written' });
      expect(await audit(stock, 'fenced', new Map([['ours', -1]]))).toBe(1);
    });

    test('back ends that are terminated, and a server that is killed, lose nothing that was told, and sell nothing twice', async () => {
      const sku = 'stormy';
      const stocks = eight.map(() => createPostgresStock({ postgres: open(), attemptTimeoutMs: 2000, attempts: 100 }));
      await stocks[0]!.restock(sku, 250, { operationId: 'in' });
      const lock = postgresLeaseLock({ postgres, clock: systemClock });
      const held = await lock.acquire({ key: 'kept', owner: 'a', ttl, timeout });
      let left = 8 * 25;
      const told = new Map<string, number>();
      const selling = stocks.map(async (stock, client) => {
        for (let n = 0; n < 25; n += 1, left -= 1) {
          const operationId = `${client}-${n}`;
          expect(await stock.take(sku, 1, { operationId })).toMatchObject({ status: 'taken' });
          told.set(operationId, -1);
        }
      });
      for (const goal of [170, 130]) {
        await expect.poll(() => left, { interval: 1, timeout: 30_000 }).toBeLessThan(goal);
        await ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'");
      }
      await expect.poll(() => left, { interval: 1, timeout: 30_000 }).toBeLessThan(90);
      await server.kill();
      await server.start();
      await Promise.all(selling);
      expect(told.size).toBe(200);
      expect(await audit(createPostgresStock({ postgres, attempts: 20 }), sku, told)).toBe(50);
      const again = await lock.acquire({ key: 'kept', owner: 'a', ttl, timeout });
      expect(again).toMatchObject({ status: 'granted', token: held.status === 'granted' && held.token });
    });
  });
} else {
  const missing = 'there is no PostgreSQL on this machine: install the package postgresql';
  test.runIf(process.env['CI'] !== undefined)('locks and stock on a real PostgreSQL', () => expect.fail(missing));
  test.skipIf(process.env['CI'] !== undefined)(`locks and stock on a real PostgreSQL: not run, ${missing}`, () => undefined);
}
