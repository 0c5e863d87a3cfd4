import os from 'node:os';
import { escape } from '../kernel/escape-error.js';
import { registerStandIn } from '../kernel/guards.js';
import type { Incarnation } from '../kernel/process.js';
import { ProcessExit } from '../kernel/process-exit.js';
import { runningNode } from './node-hosts.js';

const exitCodes = new WeakMap<Incarnation, number>();

/** The code with which a process ended this life itself; undefined when it did not. */
export const exitCodeOf = (life: Incarnation): number | undefined => exitCodes.get(life);

/** As in a container of its own. */
const PID = 1;
const ABORTED = 134;
const KILLED = 128;

/** `process.exit` and its kin end the simulated process; what tells machines apart tells simulated ones apart. */
export function installVirtualProcess(): void {
  registerStandIn('process.exit', () => (runningNode() === null ? null : exit));
  const real = { abort: process.abort.bind(process), kill: process.kill.bind(process), uptime: process.uptime.bind(process), pid: process.pid };
  process.abort = () => (runningNode() === null ? real.abort() : exit(ABORTED));
  process.kill = (pid, signal) => {
    if (runningNode() === null) return real.kill(pid, signal);
    if (pid !== PID) return escape('process.kill of another process', 'crash a simulated process instead');
    return (
      signal === 0 || exit(KILLED + (typeof signal === 'number' ? signal : (os.constants.signals[signal as NodeJS.Signals] ?? os.constants.signals.SIGTERM)))
    );
  };
  process.uptime = () => {
    const node = runningNode();
    return node === null ? real.uptime() : (node.own.world.now - node.own.startedAt) / 1e6;
  };
  const emitWarning = Reflect.get(process, 'emitWarning') as (...args: unknown[]) => void;
  const warn = (...args: unknown[]): void => {
    const node = runningNode();
    if (node === null) emitWarning.apply(process, args);
    else node.own.world.note(`warning: ${String(args[0])}`);
  };
  Object.assign(process, { emitWarning: warn });
  Object.defineProperty(process, 'pid', { get: () => (runningNode() === null ? real.pid : PID), configurable: true, enumerable: true });
  const { hostname } = os;
  os.hostname = () => runningNode()?.own.name ?? hostname();
}

/** Ends the life of the running process at once: as in a crash, its timers and connections are gone, and nothing of it runs any more. */
function exit(code: number | string | null = process.exitCode ?? 0): never {
  const { own } = runningNode() as { own: Incarnation };
  const number = Number(code ?? 0);
  if (own.live) {
    own.world.note(`process.exit(${number})`);
    exitCodes.set(own, number);
    own.process.crash();
  }
  throw new ProcessExit(number);
}
