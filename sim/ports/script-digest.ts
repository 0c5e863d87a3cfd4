import { createHash } from 'node:crypto';
import type { RedisScript } from '../../src/ports/redis.js';

const digests = new WeakMap<RedisScript, string>();

/** The name by which a server knows the script: the SHA-1 of its text. */
export function scriptDigest(script: RedisScript): string {
  let digest = digests.get(script);
  if (digest === undefined) {
    digest = createHash('sha1').update(script.lua).digest('hex');
    digests.set(script, digest);
  }
  return digest;
}
