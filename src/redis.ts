import { systemClock } from './bindings/system-clock.js';
import { systemRandom } from './bindings/system-random.js';
import { RedisStock, type RedisStockOptions } from './inventory/redis-stock.js';
import { LockClient, type LockClientOptions } from './locks/lock-client.js';
import { redisLock, type RedisLockOptions } from './locks/redis-lock.js';

/** `holdfast/redis`: locks and stock on Redis, and Redis by ioredis. */
export { ioredisPort, type IoredisPort, type IoredisPortOptions } from './bindings/ioredis-redis.js';
export type { IoredisClient } from './bindings/ioredis-connection.js';
export type { LedgerEntry } from './inventory/ledger-entry.js';
export { RedisStock, type RedisStockOptions } from './inventory/redis-stock.js';
export type { Fenced, Identified, Overwrite, StaleToken, Stock, StockLedger, StockRead, StockRestocked, StockTaken, StockWritten } from './inventory/stock.js';
export { FENCE_LUA, TOKEN_LUA } from './locks/fencing.lua.js';
export { GuardedRegister, type GuardedAnswer, type GuardedRegisterOptions, type LeaseClaim } from './locks/guarded-register.js';
export { redisLock, redisLockEnvelope, type RedisLockOptions } from './locks/redis-lock.js';
export type {
  RedisCallOptions,
  RedisOutcome,
  RedisPort,
  RedisRefusal,
  RedisReply,
  RedisReplyError,
  RedisScript,
  RedisSession,
  RedisSubscription,
} from './ports/redis.js';

/** A lock client over one Redis, on this machine's clock and random numbers unless others are given. */
export function createRedisLocks(options: Partial<LockClientOptions> & Omit<RedisLockOptions, 'clock'>): LockClient {
  const parts = { clock: systemClock, random: systemRandom, ...options };
  return new LockClient(redisLock(parts), parts);
}

/** Stock in one Redis, on this machine's clock unless another is given. */
export function createRedisStock(options: Partial<Pick<RedisStockOptions, 'clock'>> & Omit<RedisStockOptions, 'clock'>): RedisStock {
  return new RedisStock({ clock: systemClock, ...options });
}
