/**
 * What Redis answers, before it is written to a wire. Strings are binary: one character a byte (see `binary-string.ts`).
 *
 * A bulk string is a string, an integer a number, or a bigint when it is beyond 2^53; `null` is the null bulk string, and
 * the null array, which RESP2 writes differently, is `NULL_ARRAY`. Maps, sets, doubles, big numbers, verbatim texts and
 * pushes appear only for a session that asked for RESP3.
 */
export type RespValue =
  | string
  | number
  | bigint
  | null
  | RespStatus
  | RespError
  | RespNullArray
  | RespMap
  | RespSet
  | RespDouble
  | RespBigNumber
  | RespVerbatim
  | RespPush
  | readonly RespValue[];

export interface RespStatus {
  readonly status: string;
}

/** `error` is the whole line, its first word the code. */
export interface RespError {
  readonly error: string;
}

export interface RespNullArray {
  readonly nullArray: true;
}

export interface RespMap {
  readonly map: readonly (readonly [RespValue, RespValue])[];
}

export interface RespSet {
  readonly set: readonly RespValue[];
}

export interface RespDouble {
  readonly double: number;
}

/** Digits, as a script gave them. */
export interface RespBigNumber {
  readonly bigNumber: string;
}

/** Text that is meant for people to read. */
export interface RespVerbatim {
  readonly verbatim: string;
  /** Three characters: `txt` for plain text. */
  readonly format: string;
}

/** A message that answers no command: pub/sub. A plain array in RESP2. */
export interface RespPush {
  readonly push: readonly RespValue[];
}

export const OK: RespStatus = Object.freeze({ status: 'OK' });
export const QUEUED: RespStatus = Object.freeze({ status: 'QUEUED' });
export const NULL_ARRAY: RespNullArray = Object.freeze({ nullArray: true });

export function isRespError(value: RespValue | undefined): value is RespError {
  return typeof value === 'object' && value !== null && 'error' in value;
}
