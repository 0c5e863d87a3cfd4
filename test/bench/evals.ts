import RedisMock from 'ioredis-mock';
import { createLuaRuntime } from '../../sim/servers/redis/lua/lua-runtime.js';
import { RedisEngine } from '../../sim/servers/redis/redis-engine.js';
import type { Bench, Contender } from './bench.js';
import { perCpuSecond } from './cpu-time.js';

/** What a lock does on its way in: who holds it, and if nobody does, take it for a while and count the grant. */
const ACQUIRE = `
local holder = redis.call('HGET', KEYS[1], 'owner')
if holder and holder ~= ARGV[1] then return {0, holder} end
redis.call('HSET', KEYS[1], 'owner', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return {1, redis.call('INCR', KEYS[2])}`;

/** The least that a script with keys does: read one, write another. */
const TOUCH = `
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
return 1`;

const scripts: Readonly<Record<string, { readonly text: string; readonly args: readonly string[] }>> = {
  'GET and SET PX': { text: TOUCH, args: ['owner-1', 'value', '30000'] },
  'hash lock with a token': { text: ACQUIRE, args: ['owner-1', '30000'] },
};

const KEYS = ['lock:item', 'token:item'];
const UNIT = 'evals per CPU second';
const EVALS = 100_000;
/** It is hundreds of times slower: fewer make as long a round. */
const MOCK_EVALS = 200;

async function simulated(): Promise<Contender> {
  const lua = await createLuaRuntime();
  return {
    name: 'simulated',
    async round() {
      const readings = [];
      for (const [measure, { text, args }] of Object.entries(scripts)) {
        const engine = new RedisEngine({ now: () => 1_790_000_000_000_000, random: () => 0, lua });
        const session = engine.open(() => undefined);
        const sha = session.execute(['SCRIPT', 'LOAD', text]) as string;
        const command = ['EVALSHA', sha, String(KEYS.length), ...KEYS, ...args];
        readings.push(
          await perCpuSecond(measure, UNIT, async () => {
            for (let i = 0; i < EVALS; i += 1) session.execute(command);
            return EVALS;
          }),
        );
      }
      return readings;
    },
  };
}

function mock(): Contender {
  return {
    name: 'ioredis-mock',
    async round() {
      const readings = [];
      for (const [measure, { text, args }] of Object.entries(scripts)) {
        const redis = new RedisMock();
        await redis.flushall();
        readings.push(
          await perCpuSecond(measure, UNIT, async () => {
            for (let i = 0; i < MOCK_EVALS; i += 1) await redis.eval(text, KEYS.length, ...KEYS, ...args);
            return MOCK_EVALS;
          }),
        );
        redis.disconnect();
      }
      return readings;
    },
  };
}

/** Scripts in the simulated Redis, against what else runs them in a process. */
export async function evalsBench(): Promise<Bench> {
  return {
    about: 'two lock scripts by EVALSHA in the simulated Redis, by EVAL in ioredis-mock, each alone on its server. Floor: 50,000 evals/s.',
    base: 'ioredis-mock',
    contenders: [await simulated(), mock()],
  };
}
