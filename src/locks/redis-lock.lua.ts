import type { RedisScript } from '../ports/redis.js';
import { NEXT_NUMBER_LUA } from './fencing.lua.js';

/**
 * KEYS: lock, fence. ARGV: owner, ttl in ms, life of the fence in ms.
 *
 * A repeat never makes the key's life shorter (test: "never a shorter key"): 1. acquire for 1 s; the reply is late.  2. It
 * is sent again, and granted.  3. The lease is extended to 60 s.  4. The first request arrives, and cuts the key to 1 s.
 *
 * It looks for the note of its own release (test: "does not take the key for nobody"): 1. acquire; no answer.  2. The client
 * gives up, and releases to be sure.  3. The first request arrives: the key is free, and its owner has gone.
 */
export const ACQUIRE: RedisScript = {
  name: 'lock-acquire',
  lua: `${NEXT_NUMBER_LUA}
local holder = redis.call('HGET', KEYS[1], 'owner')
if holder == ARGV[1] then -- a repeat: it succeeded before
  if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
  return {'granted', redis.call('HGET', KEYS[1], 'token')}
end
if holder then return {'held', holder, redis.call('PTTL', KEYS[1])} end
if redis.call('HGET', KEYS[2], 'released') == ARGV[1] then return {'released'} end -- a late duplicate
local token = next_number(KEYS[2], 'token')
redis.call('PEXPIRE', KEYS[2], ARGV[3])
redis.call('HSET', KEYS[1], 'owner', ARGV[1], 'token', token)
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return {'granted', token}
`,
};

/**
 * KEYS: lock. ARGV: owner, token, ttl in ms.
 *
 * Owner and token are compared (test: R12): 1. A's lease expires.  2. B is granted the key.  3. A's late renewal arrives:
 * unchecked, it would keep B's key alive after B has gone, and tell A that all is well.
 */
export const EXTEND: RedisScript = {
  name: 'lock-extend',
  lua: `
local held = redis.call('HMGET', KEYS[1], 'owner', 'token')
if held[1] ~= ARGV[1] or held[2] ~= ARGV[2] then return 'lost' end
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[3]) then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
return 'extended'
`,
};

/**
 * KEYS: lock, fence. ARGV: owner, life of the fence in ms.
 *
 * The owner is compared in the step that deletes (tests: R7, R13): 1. A's lease expires while A works.  2. B is granted the
 * key.  3. A is done and releases: unchecked, it would free B's key.  4. C is granted it beside B.
 */
export const RELEASE: RedisScript = {
  name: 'lock-release',
  lua: `
local mine = redis.call('HGET', KEYS[1], 'owner') == ARGV[1]
local repeated = not mine and redis.call('HGET', KEYS[2], 'released') == ARGV[1]
if mine then redis.call('DEL', KEYS[1]) end
redis.call('HSET', KEYS[2], 'released', ARGV[1])
redis.call('PEXPIRE', KEYS[2], ARGV[2])
if mine or repeated then return 'released' end
return 'lost'
`,
};
