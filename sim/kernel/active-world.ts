import type { World } from './world.js';

/**
 * The world whose event is running on this thread, if any. The virtual globals and the guards are in force only then, so
 * that a test runner, a reporter or a worker's own plumbing lives in real time beside a run.
 */
let active: World | null = null;

export const activeWorld = (): World | null => active;

export function enter(world: World): void {
  active = world;
}

export function leave(): void {
  active = null;
}
