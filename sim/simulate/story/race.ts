import type { Access } from './access.js';
import { ms } from './words.js';

/** A write on the strength of a read that was out of date by then. */
export interface Race {
  /** What was read, and what it was found to be. */
  readonly subject: string;
  readonly read: Access;
  /** What came between. */
  readonly between: Access;
  readonly betweenText: string;
  readonly write: Access;
  readonly writeText: string;
}

/** The race in one or two sentences. */
export function raceInWords({ subject, read, between, betweenText, write, writeText }: Race): string {
  const who = (access: Access): string => (access.process === read.process ? `${access.process} itself, in another request,` : access.process);
  return (
    `${read.process} read ${subject} at ${ms(read.time)} ms; ${who(between)} wrote it at ${ms(between.time)} ms (${betweenText}); ` +
    `${write.process} wrote it at ${ms(write.time)} ms (${writeText}) on the strength of what it had read.`
  );
}

/** The one that is nearest to the failure. */
export function lastRace(races: readonly (Race | null)[]): Race | null {
  return races.reduce((last, race) => (last === null || (race !== null && race.write.time > last.write.time) ? race : last), null);
}
