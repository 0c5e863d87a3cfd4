import { activeWorld } from '../kernel/active-world.js';
import { escape } from '../kernel/escape-error.js';
import type { Incarnation } from '../kernel/process.js';

/**
 * Whether what belongs to `owner` may act now. False when that life or its run is over: then all stays inert. Another
 * process, or a later life, that uses it has reached memory that is not its own: an escape.
 */
export function mayUse(owner: Incarnation, what: string): boolean {
  const world = activeWorld();
  if (world === null) return false;
  const { current } = world;
  if (current === owner) return owner.live;
  const user = current === null ? 'the world itself' : `process ${current.name}`;
  const life = world !== owner.world ? ' of an earlier run' : current?.name === owner.name ? ' in an earlier life' : '';
  return escape(
    `${what} that process ${owner.name}${life} made, used by ${user},`,
    `${what} is not shared between processes, lives or runs: make it in the code that the process runs`,
  );
}

/** What was made in real time and is used in a run. */
export const outsider = (what: string): never => escape(`${what} created outside of the simulation`, 'create it inside the process');
