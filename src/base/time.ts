/**
 * Time as integers of microseconds, in three types that do not mix.
 *
 * An `Instant` is a reading of a monotonic clock: good for lengths, meaningless to anyone else. A `Timestamp` is a
 * reading of a wall clock: good for logs and for people, never for the end of a lease, because it can step. Adding a
 * ttl to a `Timestamp` does not compile.
 */
declare const instant: unique symbol;
declare const timestamp: unique symbol;
declare const duration: unique symbol;

/** A reading of one process's monotonic clock, in whole microseconds since a start of its own. */
export type Instant = number & { readonly [instant]: true };
/** A reading of a wall clock, in whole microseconds since 1970-01-01T00:00:00Z. It may step and must not time a lease. */
export type Timestamp = number & { readonly [timestamp]: true };
/** A length of time in whole microseconds. */
export type Duration = number & { readonly [duration]: true };

/** The length of `count` milliseconds, rounded to the microsecond. */
export const milliseconds = (count: number): Duration => Math.round(count * 1000) as Duration;

/** The length of `count` microseconds. `count` must be an integer. */
export const microseconds = (count: number): Duration => count as Duration;

/** A length as (possibly fractional) milliseconds, for messages and for interfaces that count so. */
export const toMilliseconds = (length: Duration): number => length / 1000;

/** The instant `length` after `from`. */
export const after = (from: Instant, length: Duration): Instant => (from + length) as Instant;

/** How long it is from `from` to `to`; negative when `to` is the earlier one. */
export const between = (from: Instant, to: Instant): Duration => (to - from) as Duration;
