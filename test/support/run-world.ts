import { installGuards } from '../../sim/kernel/guards.js';
import type { Incarnation } from '../../sim/kernel/process.js';
import { installVirtualGlobals } from '../../sim/kernel/virtual-globals.js';
import { type RunEnd, World, type WorldOptions } from '../../sim/kernel/world.js';

/** Makes a world, lets `setUp` fill it, and runs it to its end. */
export async function runWorld(setUp: (world: World) => void, options: Partial<WorldOptions> = {}): Promise<{ world: World; end: RunEnd }> {
  installVirtualGlobals();
  installGuards();
  const world = new World({ seed: 1, ...options });
  setUp(world);
  return { world, end: await world.run() };
}

/** Runs `code` as the only process of a world, and gives back what it returns; what it throws is thrown. */
export async function inProcess<Value>(code: (own: Incarnation) => Value | Promise<Value>, options: Partial<WorldOptions> = {}): Promise<Value> {
  let value: { is: Value } | undefined;
  const { end } = await runWorld((world) => {
    world.process('p', async (own) => void (value = { is: await code(own) })).start();
  }, options);
  if (end.kind === 'failed') throw end.error;
  if (value === undefined) throw new Error(`the process did not come to its end: ${end.kind}`);
  return value.is;
}

/** Waits by the process's own clock. */
export const sleep = (own: Incarnation, microseconds: number): Promise<void> => new Promise((resolve) => void own.setTimer(microseconds, resolve));
