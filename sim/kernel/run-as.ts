import type { Incarnation } from './process.js';

/** Does something in the middle of another process's event that is an effect of this one: a server that begins, a command that has subscribers. */
export function runAs<Value>(incarnation: Incarnation, work: () => Value): Value {
  const { world } = incarnation;
  const { current } = world;
  world.current = incarnation;
  try {
    return work();
  } finally {
    world.current = current;
  }
}
