/**
 * While a run is going on, a promise that nobody caught is a failure of the code under test, not of the process that
 * simulates it. The listeners that were there (a test runner's) come back afterwards.
 *
 * It may be set only while nothing but the run can execute: set and released around other code it would take that code's
 * failures for its own, and two runs at once would give back each other's listeners.
 */
export class FailureTrap {
  private others: ((...args: unknown[]) => void)[] = [];
  private readonly listener: (error: unknown) => void;

  constructor(fail: (error: unknown) => void) {
    this.listener = (error) => fail(error);
  }

  set(): void {
    this.others = process.rawListeners('unhandledRejection') as ((...args: unknown[]) => void)[];
    process.removeAllListeners('unhandledRejection');
    process.on('unhandledRejection', this.listener);
  }

  release(): void {
    process.removeListener('unhandledRejection', this.listener);
    for (const other of this.others) process.on('unhandledRejection', other);
  }
}
