import { FENCE_LUA } from '../locks/fencing.lua.js';
import type { RedisScript } from '../ports/redis.js';

/**
 * What both movements do before and after they decide. KEYS: on hand, access, ledger, operation.
 *
 * The operation id: a request may arrive twice, or once more long after its caller was answered. 1. A take is sent; the
 * reply is lost.  2. It is sent again.  3. Without the look at its id, the stock moves twice. (test: "repeated operation")
 * Refusals are remembered too: 1. the first request is held up.  2. The repeat is refused.  3. Stock comes in.  4. The
 * first request arrives, and sells to somebody who was told that there is none. (test: "remembers a refusal")
 *
 * The answer is: verdict, on hand, sequence. First comes the operation id, then the fence: what was accepted once stays so.
 */
const MOVEMENT_LUA = `${FENCE_LUA}
local operation_id, token, retention_ms = ARGV[1], ARGV[2], ARGV[3]

local function answered_before()
  local verdict = redis.call('HGET', KEYS[4], 'verdict')
  if verdict then return {verdict, redis.call('HGET', KEYS[4], 'on-hand'), redis.call('HGET', KEYS[4], 'sequence'), 'repeated'} end
end

local function answer_and_remember(verdict, on_hand)
  local sequence = string.format('%.0f', redis.call('HINCRBY', KEYS[2], 'sequence', 1))
  redis.call('HSET', KEYS[4], 'verdict', verdict, 'on-hand', on_hand, 'sequence', sequence)
  redis.call('PEXPIRE', KEYS[4], retention_ms)
  return {verdict, on_hand, sequence, 'first'}, sequence
end

local function move_stock(delta)
  local on_hand = string.format('%.0f', redis.call('INCRBY', KEYS[1], delta))
  local answer, sequence = answer_and_remember('moved', on_hand)
  redis.call('RPUSH', KEYS[3], table.concat({sequence, delta, on_hand, token == '' and '-' or token, operation_id}, ' '))
  return answer
end
`;

/** ARGV: operation id, token or empty, life of the operation in ms, delta. */
export const MOVE: RedisScript = {
  name: 'stock-move',
  lua: `${MOVEMENT_LUA}
local before = answered_before()
if before then return before end
if token ~= '' and not passes_fence(KEYS[2], token) then return {'stale-token'} end
local on_hand = redis.call('GET', KEYS[1]) or '0'
if tonumber(on_hand) + tonumber(ARGV[4]) < 0 then return (answer_and_remember('insufficient', on_hand)) end
return move_stock(ARGV[4])
`,
};

/** ARGV: operation id, token or empty, life of the operation in ms, new on hand, expected on hand or empty. */
export const WRITE: RedisScript = {
  name: 'stock-write',
  lua: `${MOVEMENT_LUA}
local before = answered_before()
if before then return before end
if token ~= '' and not passes_fence(KEYS[2], token) then return {'stale-token'} end
local on_hand = redis.call('GET', KEYS[1]) or '0'
if ARGV[5] ~= '' and ARGV[5] ~= on_hand then return (answer_and_remember('conflict', on_hand)) end
return move_stock(string.format('%.0f', tonumber(ARGV[4]) - tonumber(on_hand)))
`,
};

/** KEYS: on hand, access. ARGV: token or empty. A fenced read is an access: it raises the fence and takes a number. */
export const READ: RedisScript = {
  name: 'stock-read',
  lua: `${FENCE_LUA}
local sequence
if ARGV[1] == '' then
  sequence = redis.call('HGET', KEYS[2], 'sequence') or '0'
else
  if not passes_fence(KEYS[2], ARGV[1]) then return {'stale-token'} end
  sequence = string.format('%.0f', redis.call('HINCRBY', KEYS[2], 'sequence', 1))
end
return {'read', redis.call('GET', KEYS[1]) or '0', sequence}
`,
};

/**
 * KEYS: on hand, ledger. Both in one step (regression: `ledger-in-one-step.json`): 1. the ledger is read.  2. A held-up write
 * of a client long dead arrives.  3. What is on hand is read: the books do not agree, though nothing is wrong with them.
 */
export const LEDGER: RedisScript = {
  name: 'stock-ledger',
  lua: `
local entries = redis.call('LRANGE', KEYS[2], 0, -1)
table.insert(entries, 1, redis.call('GET', KEYS[1]) or '0')
return entries
`,
};
