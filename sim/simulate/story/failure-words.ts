import type { Failure } from '../failure.js';

/** What broke. Its first line says it all; an assertion may have more. */
export function failureInWords({ kind, process, message }: Failure): string {
  switch (kind) {
    case 'start':
      return `the main function of ${process} failed: ${message}`;
    case 'uncaught':
      return process === 'test' ? `nobody caught this in the test: ${message}` : `${process} died of what nobody caught: ${message}`;
    case 'stuck':
      return `the test did not come to its end: ${message}`;
    case 'escape':
      return `${process} tried to leave the simulation: ${message}`;
    default:
      return message;
  }
}
