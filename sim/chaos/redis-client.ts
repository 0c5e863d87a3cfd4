import { ioredisPort, type IoredisPort } from '../../src/bindings/ioredis-redis.js';
import { UserInputError } from '../user-input-error.js';

/** A connection that owes an answer and is silent this long is taken for dead: soon, for runs are short and silence is common. */
const DEAD_AFTER_MS = 1000;

/** The real binding to a Redis on loopback. Throws a `UserInputError` when its client is not installed. */
export async function connectRedis(port: number): Promise<IoredisPort> {
  const { Redis } = await import('ioredis').catch(() => {
    throw new UserInputError('chaos on redis needs the package ioredis, which is not installed: npm install ioredis');
  });
  return ioredisPort(new Redis({ host: '127.0.0.1', port, lazyConnect: true }), { deadAfterMs: DEAD_AFTER_MS });
}
