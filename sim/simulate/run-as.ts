import type { Incarnation } from '../kernel/process.js';

/** Does something at once, within the present event, as another process: only what a server does when it begins. */
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
