import type { OperationRecord } from '../history.js';
import { returnOf } from '../operations.js';

/**
 * The operations on one object, as a search wants them: those that happened, with their calls and returns in one order of
 * time, and those that may have happened, which have a call and never a return.
 *
 * One operation is before another when it returned at an earlier time than the other was called. Of a call and a return at
 * the same time the call counts as first, so that neither operation is before the other.
 */
export interface Timeline {
  /** What happened for certain, in order of call. */
  readonly certain: readonly OperationRecord[];
  /** Places of calls and returns among all events, by the operation's place in `certain`. */
  readonly callAt: Int32Array;
  readonly returnAt: Int32Array;
  /** Events of `certain` in order of time: the operation's place, or its complement (`~place`) for the return. */
  readonly events: Int32Array;
  /** What may have happened: operations that do the same are in one class, in order of call. */
  readonly classes: readonly (readonly Possible[])[];
}

/** An operation that may have happened, at any time after its call. */
export interface Possible {
  readonly record: OperationRecord;
  /** Its place among the unanswered ones of the object. */
  readonly index: number;
  /** How many events of `certain` are before its call. */
  readonly after: number;
}

interface Moment {
  readonly time: number;
  readonly isReturn: boolean;
  /** As in `Timeline.events`; of an unanswered operation its place among those. */
  readonly what: number;
  readonly isCertain: boolean;
}

/** `effectOf`: what an operation does, in a text; null where each must be taken to do something else. */
export function timelineOf(operations: readonly OperationRecord[], effectOf: ((operation: OperationRecord) => string) | null): Timeline {
  const inOrder = operations.toSorted((one, other) => one.invoke - other.invoke || one.id - other.id);
  const certain = inOrder.filter((record) => record.status !== 'unknown');
  const possible = inOrder.filter((record) => record.status === 'unknown');
  const moments: Moment[] = [
    ...certain.map((record, what) => ({ time: record.invoke, isReturn: false, what, isCertain: true })),
    ...certain.map((record, place) => ({ time: returnOf(record), isReturn: true, what: ~place, isCertain: true })),
    ...possible.map((record, what) => ({ time: record.invoke, isReturn: false, what, isCertain: false })),
  ];
  moments.sort((one, other) => one.time - other.time || Number(one.isReturn) - Number(other.isReturn));

  const events = new Int32Array(2 * certain.length);
  const callAt = new Int32Array(certain.length);
  const returnAt = new Int32Array(certain.length);
  const classes = new Map<unknown, Possible[]>();
  let event = 0;
  for (const { isCertain, isReturn, what } of moments) {
    if (!isCertain) {
      const record = possible[what] as OperationRecord;
      const kind = effectOf === null ? record : effectOf(record);
      const others = classes.get(kind);
      const one = { record, index: what, after: event };
      if (others === undefined) classes.set(kind, [one]);
      else others.push(one);
      continue;
    }
    if (isReturn) returnAt[~what] = event;
    else callAt[what] = event;
    events[event] = what;
    event += 1;
  }
  return { certain, callAt, returnAt, events, classes: [...classes.values()] };
}
