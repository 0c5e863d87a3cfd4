import type { History } from '../../models/history.js';
import type { Property, Violation } from '../../properties/property.js';

/** What a history breaks; a process that died of itself breaks a property too, whether asked for or not. */
export function judge(history: History, asked: readonly Property[], failures: readonly string[]): Violation[] {
  const died = failures.map((message): Violation => ({ property: 'no-unexpected-error', message, event: null, operations: [] }));
  return [...died.slice(0, 1), ...asked.flatMap((property) => property.check(history) ?? [])];
}
