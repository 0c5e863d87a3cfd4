import type { PostgresProblem } from './postgres-backend.js';

/** An error that the client is told. */
export class PostgresFailure extends Error {
  override readonly name = 'PostgresFailure';

  constructor(readonly problem: PostgresProblem) {
    super(problem.message);
  }
}

/** The server hangs up: after a FATAL error, or without a word. */
export class PostgresHangUp extends Error {
  override readonly name = 'PostgresHangUp';

  /** `isOld`: the client speaks version 2 of the protocol, or 1. */
  constructor(
    readonly problem: PostgresProblem | undefined,
    readonly isOld = false,
  ) {
    super(problem?.message ?? 'the connection is closed without a word');
  }
}

export const failure = (sqlstate: string, message: string, more: Partial<PostgresProblem> = {}): PostgresFailure =>
  new PostgresFailure({ ...more, sqlstate, message });

export const violation = (message: string): PostgresFailure => failure('08P01', message);

export const fatal = (sqlstate: string, message: string): PostgresHangUp => new PostgresHangUp({ severity: 'FATAL', sqlstate, message });
