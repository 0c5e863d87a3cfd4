/** What a run of `simulate` can break by. */
export type FailureKind =
  /** The body threw: an assertion that did not hold, most often. */
  | 'test'
  /** The main function of a process threw, or its promise was rejected. */
  | 'start'
  /** A process threw where nobody caught it, or left a rejection unhandled: a real one would have died here. */
  | 'uncaught'
  | 'exit'
  | 'always'
  | 'until'
  | 'escape'
  /** Faults over and all patience used up, the test was not at its end. */
  | 'stuck'
  | 'events'
  /** One event never came to its end. */
  | 'loop';

export interface Failure {
  readonly kind: FailureKind;
  /** Whose failure it is. */
  readonly process: string;
  /** One line, or more where the error has more. */
  readonly message: string;
  /** What was thrown, if anything was. */
  readonly error: unknown;
  /** True virtual time in microseconds. */
  readonly time: number;
  readonly event: number;
}

/** What makes two failures the same one while a run is made smaller: numbers may change, the rest may not. */
export function sameFailure(one: Failure, other: Failure): boolean {
  return identityOf(one) === identityOf(other);
}

export const identityOf = ({ kind, process, message }: Failure): string => `${kind} ${process} ${(message.split('\n')[0] ?? '').replace(/\d+/g, '#')}`;
