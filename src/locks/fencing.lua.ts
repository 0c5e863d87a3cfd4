/**
 * Tokens in Lua. They stay decimal text: a Lua number is a double and takes 2^53 and 2^53 + 1 for equal. Without leading
 * zeros the longer one is the larger, and of two equally long ones text order is number order.
 */
export const TOKEN_LUA = `
local function older(a, b)
  return #a < #b or (#a == #b and a < b)
end
`;

/**
 * The fence: a resource keeps, in field \`token\` of the hash \`key\`, the highest token that it has seen, and refuses what
 * is older. Equal is accepted: it is the holder's own second access, and two holders never share a token.
 *
 * Why each access, reads too, must pass here before it does anything (tests: "a read raises the fence"):
 * 1. B's lease (token 6) begins while A (token 5) sleeps past its end.  2. B reads 1 unit.  3. A's delayed write sets 0:
 * no newer write came yet, so a fence on writes alone lets it in.  4. B, who read 1, sells it again and writes 0.
 */
export const FENCE_LUA = `${TOKEN_LUA}
local function passes_fence(key, token)
  local seen = redis.call('HGET', key, 'token')
  if seen and older(token, seen) then return false end
  redis.call('HSET', key, 'token', token)
  return true
end
`;

/**
 * The next of the growing numbers in field \`field\` of the hash \`key\`: one more than the last, or the server's time in
 * microseconds if that is larger. So it grows even when the hash was lost, as long as the server's wall clock did not
 * step back meanwhile; and as no server grants once a microsecond, it never runs ahead of that clock. The time is put
 * together as text and incremented by Redis, whose integers are exact to 2^63.
 */
export const NEXT_NUMBER_LUA = `${TOKEN_LUA}
local function next_number(key, field)
  local time = redis.call('TIME')
  local now = time[1] .. string.sub('00000' .. time[2], -6)
  local last = redis.call('HGET', key, field)
  if last and not older(last, now) then
    redis.call('HINCRBY', key, field, 1)
    return redis.call('HGET', key, field)
  end
  redis.call('HSET', key, field, now)
  return now
end
`;
