import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { Client } from 'pg';
import { milliseconds } from '../../src/base/time.js';
import { pgPort, type PgPort } from '../../src/bindings/pg-postgres.js';
import { systemClock } from '../../src/bindings/system-clock.js';
import { systemRandom } from '../../src/bindings/system-random.js';
import { BucketStock, CoalescedPostgresStock, createPostgresSchema, ForUpdateStock, PostgresStock, type Stock } from '../../src/postgres.js';
import { startPostgres } from '../support/start-postgres.js';
import type { Bench, Contender, Reading } from './bench.js';

/** The clients of the comparison, and how long they sell in one round. */
const CLIENTS = 32;
const ROUND_MS = 1000;
/** The curve beside it. */
const CURVE = [1, 2, 4, 8, 16, 64, 128, 256] as const;
const CURVE_MS = 400;
const MOST_CLIENTS = 256;

/** More than anybody sells in a round. */
const UNITS = 1_000_000_000;
const PATIENCE_MS = 30_000;
const TMPFS = 0x01021994;

interface Sales {
  readonly times: readonly number[];
  readonly ms: number;
}

/** So many clients sell one unit after the other for a while; each waits for its answer before it asks again. */
async function sell(stock: Stock, sku: string, clients: number, ms: number): Promise<Sales> {
  const times: number[] = [];
  let sold = 0;
  const start = performance.now();
  const client = async (): Promise<void> => {
    for (let asked = performance.now(); asked < start + ms; asked = performance.now()) {
      const answer = await stock.take(sku, 1, { operationId: `sale ${(sold += 1)}` });
      if (answer.status !== 'taken' || answer.repeated) throw new Error(`a sale was answered ${JSON.stringify(answer)}`);
      times.push(performance.now() - asked);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return { times, ms: performance.now() - start };
}

/** The books after the round: as many entries as sales, each of one unit under its own id, and what is left is what was there less them. */
async function verify(postgres: PgPort, stock: Stock, sku: string, sales: number, hasOneRow: boolean): Promise<void> {
  const sql = `
SELECT count(*), count(DISTINCT operation_id), sum(delta), count(DISTINCT sequence), count(*) FILTER (WHERE on_hand <> running)
FROM (SELECT *, sum(delta) OVER (ORDER BY sequence) AS running FROM holdfast_stock_ledger WHERE sku = $1 AND verdict = 'moved') AS entry`;
  const answer = await postgres.query({ name: 'verify', sql }, [sku], { timeout: milliseconds(PATIENCE_MS) });
  if (answer.status !== 'ok') throw new Error(`the books cannot be read: ${JSON.stringify(answer)}`);
  const [entries, ids, sum, places, unequal] = (answer.value.rows[0] ?? []).map(Number);
  const left = await stock.read(sku);
  // Of bucket rows an entry knows what was on hand only roughly.
  const isChain = !hasOneRow || unequal === 0;
  const isRight = entries === sales + 1 && ids === entries && places === entries && sum === UNITS - sales && isChain;
  if (!isRight || left.status !== 'read' || left.onHand !== sum) {
    throw new Error(`the books of ${sku} are wrong after ${sales} sales: ${JSON.stringify({ entries, ids, sum, places, unequal, left })}`);
  }
}

/** The time within which so many of a hundred were answered. */
function percentile(times: readonly number[], percent: number): number {
  const sorted = [...times].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? 0;
}

function contender(name: string, postgres: PgPort, stock: Stock): Contender {
  const hasOneRow = !(stock instanceof BucketStock);
  let skus = 0;
  const round = async (clients: number, ms: number): Promise<Sales> => {
    const sku = `${name} ${(skus += 1)}`;
    const stocked = await stock.restock(sku, UNITS, { operationId: 'in' });
    if (stocked.status !== 'restocked') throw new Error(`${sku} was not stocked: ${JSON.stringify(stocked)}`);
    const sales = await sell(stock, sku, clients, ms);
    await verify(postgres, stock, sku, sales.times.length, hasOneRow);
    return sales;
  };
  const perSecond = (measure: string, { times, ms }: Sales): Reading => ({ measure, unit: 'sales/s', value: (times.length * 1000) / ms });
  return {
    name,
    async round() {
      const sales = await round(CLIENTS, ROUND_MS);
      const readings: Reading[] = [
        perSecond(`${CLIENTS} clients`, sales),
        ...[50, 99].map((percent) => ({ measure: `${CLIENTS} clients, p${percent}`, unit: 'ms', value: percentile(sales.times, percent) })),
      ];
      for (const clients of CURVE) readings.push(perSecond(`curve: ${clients} client${clients === 1 ? '' : 's'}`, await round(clients, CURVE_MS)));
      return readings;
    },
  };
}

/** One hot row in a real PostgreSQL with durable commits, sold by every form of stock. */
export async function hotRowBench(): Promise<Bench> {
  if ((await statfs(tmpdir())).type === TMPFS) throw new Error(`${tmpdir()} is in memory, where a commit costs nothing: set TMPDIR to a folder on a disk`);
  const server = await startPostgres({
    ...{ fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' },
    // For single statements, for transactions, and some for whoever looks.
    max_connections: String(2 * MOST_CLIENTS + 20),
  });
  const postgres = pgPort(() => new Client(server.config), { connections: MOST_CLIENTS, prepare: true, connectTimeoutMs: PATIENCE_MS });
  const made = await createPostgresSchema({ postgres });
  if (made.status !== 'ready') throw new Error(`there is no schema: ${JSON.stringify(made)}`);
  const common = { postgres, clock: systemClock, attemptTimeoutMs: PATIENCE_MS, attempts: 1 };
  const forUpdate = new ForUpdateStock({ ...common, idleSessions: MOST_CLIENTS });
  return {
    about:
      `${CLIENTS} clients of one process sell units of one row of a real PostgreSQL that flushes each commit to a disk; all write the same ledger entry ` +
      `under an operation id, and the books are verified after each round. Then the curve. Times are on the wall, so neighbours disturb them; compare ratios. ` +
      `Floor: one conditional statement 1.4 times FOR UPDATE, coalesced 8 times (15 is the stretch) at no higher p99.`,
    base: 'SELECT ... FOR UPDATE',
    contenders: [
      contender('SELECT ... FOR UPDATE', postgres, forUpdate),
      contender('one conditional statement', postgres, new PostgresStock(common)),
      contender('coalesced', postgres, new CoalescedPostgresStock(common)),
      contender('16 bucket rows', postgres, new BucketStock({ ...common, random: systemRandom })),
    ],
    rounds: { counted: 7, warmUp: 1 },
    async close() {
      forUpdate.close();
      postgres.close();
      await server.stop();
    },
  };
}
