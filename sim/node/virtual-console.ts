import { Console } from 'node:console';
import type { Incarnation } from '../kernel/process.js';
import { runningNode } from './node-hosts.js';

const METHODS = [
  ...(['log', 'info', 'debug', 'warn', 'error', 'trace', 'dir', 'dirxml', 'table', 'assert'] as const),
  ...(['group', 'groupCollapsed', 'groupEnd', 'count', 'countReset', 'time', 'timeEnd', 'timeLog'] as const),
];

/** For each life, a console of its own: groups, counts and timers begin anew with it. */
const consoles = new WeakMap<Incarnation, Console>();

/** What a simulated process prints becomes notes of it in the trace, and never reaches the real terminal. */
export function installVirtualConsole(): void {
  for (const name of METHODS) {
    const methods = console as unknown as Record<string, (...args: unknown[]) => void>;
    const real = methods[name] as (...args: unknown[]) => void;
    methods[name] = function (this: Console, ...args) {
      const node = runningNode();
      if (node === null) real.apply(this, args);
      else (consoleOf(node.own)[name] as (...args: unknown[]) => void)(...args);
    };
  }
  for (const stream of [process.stdout, process.stderr]) {
    const real = stream.write.bind(stream) as (...args: unknown[]) => boolean;
    stream.write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
      const node = runningNode();
      if (node === null) return real(chunk, ...rest);
      note(node.own, typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
      const done = rest.at(-1);
      if (typeof done === 'function') process.nextTick(done);
      return true;
    };
  }
}

function consoleOf(own: Incarnation): Console {
  let made = consoles.get(own);
  if (made === undefined) {
    // As much of a stream as a console uses.
    const stream = { write: (text: string) => note(own, text), once: () => undefined, removeListener: () => undefined, listenerCount: () => 0 };
    made = new Console({ stdout: stream as unknown as NodeJS.WritableStream, colorMode: false });
    consoles.set(own, made);
  }
  return made;
}

function note(own: Incarnation, text: string): void {
  own.world.note(text.replace(/\n$/, ''));
}
