import { ok, refused } from '../../../src/base/outcome.js';
import type { RedisOutcome, RedisPort, RedisRefusal, RedisReply } from '../../../src/ports/redis.js';
import { createLuaRuntime } from '../../../sim/servers/redis/lua/lua-runtime.js';
import { RedisEngine } from '../../../sim/servers/redis/redis-engine.js';
import { isRespError, type RespValue } from '../../../sim/servers/redis/resp-value.js';
import { lockScriptsSuite } from './lock-scripts.suite.js';

lockScriptsSuite('the simulated Redis', { exactIntegers: true }, async () => {
  let now = 1_790_000_000_000_000;
  const engine = new RedisEngine({ now: () => (now += 1), random: () => 0, lua: await createLuaRuntime() });
  const session = engine.open(() => {});
  const command = (args: readonly string[]): Promise<RedisOutcome> => Promise.resolve(outcomeOf(session.execute(args) ?? null));
  const redis: RedisPort = {
    command,
    eval: (script, keys, args) => command(['EVAL', script.lua, String(keys.length), ...keys, ...args]),
    session: () => Promise.reject(new Error('these scripts need no session')),
    subscribe: () => Promise.reject(new Error('these scripts need no subscription')),
  };
  return { redis, close: () => Promise.resolve() };
});

function outcomeOf(value: RespValue): RedisOutcome {
  if (isRespError(value)) return refused<RedisRefusal>({ reason: 'error-reply', code: value.error.split(' ')[0] ?? '', message: value.error });
  return ok(replyOf(value));
}

function replyOf(value: RespValue): RedisReply {
  if (typeof value === 'string' || typeof value === 'number' || value === null) return value;
  if (Array.isArray(value)) return (value as readonly RespValue[]).map(replyOf);
  if (typeof value === 'object' && 'status' in value) return value.status;
  throw new TypeError(`no script of ours answers ${typeof value}`);
}
