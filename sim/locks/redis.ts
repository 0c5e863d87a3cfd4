import { LockClient } from 'holdfast';
import { redisLock, redisLockEnvelope } from 'holdfast/redis';
import { defineLock } from 'holdfast/sim';

/** Our lease lock on one Redis. */
export default defineLock({
  name: 'redis',
  assumes: redisLockEnvelope,
  needs: ['redis'],
  create: (ports) => new LockClient(redisLock(ports), ports),
});
