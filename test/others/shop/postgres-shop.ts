import type { Server } from 'node:http';
import express, { type NextFunction, type Request, type Response } from 'express';
import pg, { type PoolClient } from 'pg';

export const SCHEMA = [
  'CREATE TABLE stock (sku text PRIMARY KEY, quantity integer NOT NULL)',
  'CREATE TABLE orders (id text PRIMARY KEY, sku text NOT NULL REFERENCES stock, quantity integer NOT NULL, "left" integer NOT NULL)',
] as const;

const TAKE = 'UPDATE stock SET quantity = quantity - $2 WHERE sku = $1 AND quantity >= $2 RETURNING quantity';

export function startShop(databaseUrl: string, port: number): Server {
  const pool = new pg.Pool({ connectionString: databaseUrl, connectionTimeoutMillis: 1000, query_timeout: 1000 });
  const complain = (error: Error): void => console.error('postgres:', error.message);
  pool.on('error', complain);
  // The pool hears only the clients that nobody uses: the error of another one would end this process.
  pool.on('connect', (client) => client.on('error', complain));

  const app = express();
  app.use(express.json());

  app.get('/stock/:sku', async (request, response) => {
    const { rows } = await pool.query<{ quantity: number }>('SELECT quantity FROM stock WHERE sku = $1', [request.params.sku]);
    response.json({ sku: request.params.sku, stock: rows[0]?.quantity ?? 0 });
  });

  app.post('/buy', async (request, response) => {
    const { order, sku, quantity } = request.body as { order?: unknown; sku?: unknown; quantity?: unknown };
    if (typeof order !== 'string' || typeof sku !== 'string' || !isQuantity(quantity)) {
      return void response.status(400).json({ error: 'order, sku and quantity, please' });
    }
    const left = await inTransaction(pool, async (client) => {
      // One order takes units once, however often its request arrives.
      const { rows: before } = await client.query<{ left: number }>('SELECT "left" FROM orders WHERE id = $1', [order]);
      if (before[0] !== undefined) return before[0].left;
      const left = await take(client, sku, quantity);
      if (left >= 0) await client.query('INSERT INTO orders (id, sku, quantity, "left") VALUES ($1, $2, $3, $4)', [order, sku, quantity, left]);
      return left;
    });
    if (left < 0) return void response.status(409).json({ error: 'sold out' });
    response.json({ order, sku, quantity, left });
  });

  app.use((error: Error, _request: Request, response: Response, _next: NextFunction) => {
    console.error(error.message);
    response.status(503).json({ error: 'try again later' });
  });

  return app.listen(port);
}

/** What is left after it; -1 when there is not enough. */
async function take(client: PoolClient, sku: string, quantity: number): Promise<number> {
  const { rows } = await client.query<{ quantity: number }>(TAKE, [sku, quantity]);
  return rows[0]?.quantity ?? -1;
}

async function inTransaction<T>(pool: pg.Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let isBroken = true;
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    isBroken = false;
    return result;
  } finally {
    // A connection on which something went wrong is closed, and the server rolls back.
    client.release(isBroken);
  }
}

const isQuantity = (value: unknown): value is number => Number.isInteger(value) && Number(value) > 0;
