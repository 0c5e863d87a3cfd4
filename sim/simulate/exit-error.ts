/** A process ended itself with a code that says that something was wrong. */
export class ExitError extends Error {
  override readonly name = 'ExitError';

  constructor(process: string, code: number) {
    super(`${process} ended itself: process.exit(${code})`);
  }
}
