type Listener = (...args: unknown[]) => void;

/**
 * The listeners on the real `process` object (SIGTERM, exit, warning...), and its exit code. What code under test leaves there
 * would act after its run, so it is put back to what it was.
 */
export class ProcessListeners {
  private readonly before = new Map<string | symbol, readonly unknown[]>();
  private readonly exitCode = process.exitCode;

  constructor() {
    for (const name of process.eventNames()) this.before.set(name, process.rawListeners(name));
  }

  /** Removes all listeners that were not there at first. */
  restore(): void {
    process.exitCode = this.exitCode;
    for (const name of process.eventNames()) {
      const known = [...(this.before.get(name) ?? [])];
      for (const listener of process.rawListeners(name)) {
        const at = known.indexOf(listener);
        if (at >= 0) known.splice(at, 1);
        else process.removeListener(name, listener as Listener);
      }
    }
  }
}
