import type { Verdict } from '../models/judges/verdict.js';

/** A judge's verdict as the violation of a property. What it could not decide is none. */
export function judged(property: string, { verdict, reason, culprits }: Verdict) {
  if (verdict !== 'invalid') return null;
  const event = culprits.at(-1)?.event ?? null;
  // What is implied has no place in the history.
  const operations = culprits.filter(({ id }) => id >= 0).map(({ id }) => id);
  return { property, message: reason, event, operations };
}
