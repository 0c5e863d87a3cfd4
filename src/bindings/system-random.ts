import { randomInt, randomUUID } from 'node:crypto';
import type { Random } from '../ports/random.js';

/** Random numbers and UUIDs from the system's cryptographic generator: no two processes share a seed. */
export const systemRandom: Random = Object.freeze({
  integer: (bound: number) => randomInt(bound),
  id: () => randomUUID(),
});
