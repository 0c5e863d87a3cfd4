/** A broken assumption of our own: a bug, never an expected failure. Left on in production. */
export class AssertionError extends Error {
  readonly code = 'HOLDFAST_ASSERTION';
  override readonly name = 'AssertionError';
}

/** Throws an `AssertionError` unless `condition` holds. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}
