import { activeWorld } from './active-world.js';

/**
 * While an event of a run is being worked on, a promise that nobody caught is a failure of the code under test, not of the
 * process that simulates it. At any other time it is told to whoever listens (a test runner), as ever.
 *
 * Node tells by `process.emit`, once, when the microtasks of the event are through; so this hears it before any listener.
 */
export function installFailureTrap(): void {
  if (installed.has(process)) return;
  installed.add(process);
  const realEmit = process.emit.bind(process) as (name: string | symbol, ...args: unknown[]) => boolean;
  const emit = (name: string | symbol, ...args: unknown[]): boolean => {
    const world = name === 'unhandledRejection' ? activeWorld() : null;
    if (world === null) return realEmit(name, ...args);
    world.threw(args[0]);
    return true;
  };
  process.emit = emit as typeof process.emit;
}

const installed = new WeakSet<object>();
