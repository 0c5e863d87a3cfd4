import type { Server } from 'node:http';
import express, { type NextFunction, type Request, type Response } from 'express';
import { Redis } from 'ioredis';

// One order takes units once, however often its request arrives.
const TAKE = `
  local before = redis.call('HGET', KEYS[2], 'left')
  if before then return tonumber(before) end
  local left = tonumber(redis.call('GET', KEYS[1]) or '0') - tonumber(ARGV[1])
  if left < 0 then return -1 end
  redis.call('DECRBY', KEYS[1], ARGV[1])
  redis.call('HSET', KEYS[2], 'sku', ARGV[2], 'quantity', ARGV[1], 'left', left)
  return left`;

const stockOf = (sku: string): string => `stock:${sku}`;
const orderOf = (id: string): string => `order:${id}`;

export function startShop(redisUrl: string, port: number): Server {
  const redis = new Redis(redisUrl);
  redis.on('error', (error) => console.error('redis:', error.message));

  const app = express();
  app.use(express.json());

  app.get('/stock/:sku', async (request, response) => {
    const stock = await redis.get(stockOf(request.params.sku));
    response.json({ sku: request.params.sku, stock: Number(stock ?? 0) });
  });

  app.post('/restock', async (request, response) => {
    const { sku, quantity } = request.body as { sku?: unknown; quantity?: unknown };
    if (typeof sku !== 'string' || !isQuantity(quantity)) return void response.status(400).json({ error: 'sku and quantity, please' });
    response.json({ sku, stock: await redis.incrby(stockOf(sku), quantity) });
  });

  app.post('/buy', async (request, response) => {
    const { order, sku, quantity } = request.body as { order?: unknown; sku?: unknown; quantity?: unknown };
    if (typeof order !== 'string' || typeof sku !== 'string' || !isQuantity(quantity)) {
      return void response.status(400).json({ error: 'order, sku and quantity, please' });
    }
    const left = Number(await redis.eval(TAKE, 2, stockOf(sku), orderOf(order), quantity, sku));
    if (left < 0) return void response.status(409).json({ error: 'sold out' });
    response.json({ order, sku, quantity, left });
  });

  app.get('/orders/:id', async (request, response) => {
    const order = await redis.hgetall(orderOf(request.params.id));
    if (Object.keys(order).length === 0) return void response.status(404).json({ error: 'no such order' });
    response.json({ id: request.params.id, sku: order['sku'], quantity: Number(order['quantity']) });
  });

  app.use((error: Error, _request: Request, response: Response, _next: NextFunction) => {
    console.error(error.message);
    response.status(503).json({ error: 'try again later' });
  });

  return app.listen(port);
}

const isQuantity = (value: unknown): value is number => Number.isInteger(value) && Number(value) > 0;
