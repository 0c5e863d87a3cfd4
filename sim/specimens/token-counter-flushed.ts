import { after, LockClient, milliseconds, parseFencingToken, toMilliseconds, type LockProtocol } from 'holdfast';
import { redisLock, redisLockEnvelope } from 'holdfast/redis';
import { defineLock } from 'holdfast/sim';

/** KEYS: lock, counter. ARGV: owner, ttl in ms. */
const ACQUIRE_BY_COUNTER = {
  name: 'acquire-by-counter',
  lua: `
local holder = redis.call('HGET', KEYS[1], 'owner')
if holder == ARGV[1] then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  return {'granted', redis.call('HGET', KEYS[1], 'token')}
end
if holder then return {'held', holder, redis.call('PTTL', KEYS[1])} end
local token = tostring(redis.call('INCR', KEYS[2]))
redis.call('HSET', KEYS[1], 'owner', ARGV[1], 'token', token)
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return {'granted', token}
`,
};

/**
 * The hole: our lock, but its token is a bare counter (`INCR`). A server that comes back without its memory begins again
 * at 1, so the tokens go back: a resource that has seen 7 takes every new holder for an old one, and, once the counter has
 * caught up, old holders for new ones.
 *
 * Where it comes from: the usual advice ("INCR a fencing key"), and R11. A restart without memory that takes at least a
 * whole ttl is inside our envelope: mutual exclusion survives it, this counter does not.
 * Caught by `fencing-monotone` under `last-item`, by one flush between two grants.
 */
export default defineLock({
  name: 'token-counter-flushed',
  assumes: redisLockEnvelope,
  needs: ['redis'],
  create(ports) {
    const ours = redisLock(ports);
    const protocol: LockProtocol = {
      name: 'token-counter-flushed',
      assumes: ours.assumes,
      extend: (request) => ours.extend(request),
      release: (request) => ours.release(request),
      async acquire({ key, owner, ttl, timeout }) {
        const expiresAt = after(ports.clock.now(), milliseconds(toMilliseconds(ttl) * (1 - DRIFT_MARGIN)));
        // The lock is kept where ours keeps it, so that extend and release are ours.
        const keys = [`holdfast:{${key}}:lock`, `holdfast:{${key}}:counter`];
        const answer = await ports.redis.eval(ACQUIRE_BY_COUNTER, keys, [owner, String(toMilliseconds(ttl))], { timeout });
        if (answer.status === 'unknown') return answer;
        if (answer.status === 'refused') return { status: 'refused', reason: 'unavailable', message: answer.refusal.message, transient: true };
        const [verdict, value, remaining] = answer.value as readonly [string, string, number];
        if (verdict === 'granted') return { status: 'granted', token: parseFencingToken(value), expiresAt };
        return { status: 'refused', reason: 'held', holder: value, remaining: milliseconds(Math.max(0, remaining)) };
      },
    };
    return new LockClient(protocol, ports);
  },
});

const DRIFT_MARGIN = 0.05;
