import type { ChildProcess } from 'node:child_process';
import { Watchdog } from './watchdog.js';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Undoes what must not outlive this process (children, folders) however it ends: by `dispose`, by exiting, by an uncaught
 * error or by a signal that can be caught. Undoing is synchronous, for there is no later, and backwards. After one that
 * cannot be caught, a watchdog does what it can.
 */
export class ExitGuard {
  readonly #undos = new Set<() => void>();
  #watchdog: Watchdog | null = null;
  readonly #onExit = (): void => this.dispose();
  readonly #onSignal = (signal: NodeJS.Signals): void => {
    this.dispose();
    // Whoever else listens has its turn; otherwise the signal now does what it would have done without us.
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };

  constructor() {
    process.on('exit', this.#onExit);
    for (const signal of signals) process.on(signal, this.#onSignal);
  }

  /** `undo` must be harmless when there is nothing left to undo. Gives back what forgets it. */
  add(undo: () => void): () => void {
    this.#undos.add(undo);
    return () => void this.#undos.delete(undo);
  }

  /** From now on somebody else, too, knows of the folder and the children. */
  keepWatch(folder: string): void {
    this.#watchdog = new Watchdog(folder);
  }

  /** Has a child ended with `signal`, should nothing of us be left to undo it. */
  watch(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): void {
    this.#watchdog?.watch(child, signal);
  }

  /** `dispose`, and resolves when all of it is done. */
  async end(): Promise<void> {
    this.dispose();
    await this.#watchdog?.end();
  }

  dispose(): void {
    process.off('exit', this.#onExit);
    for (const signal of signals) process.off(signal, this.#onSignal);
    const undos = [...this.#undos].reverse();
    this.#undos.clear();
    for (const undo of undos) {
      try {
        undo();
      } catch {
        // One that fails must not keep the others from their turn.
      }
    }
    this.#watchdog?.kill();
  }
}
