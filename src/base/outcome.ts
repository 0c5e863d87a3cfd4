/**
 * What became of a request that left this process.
 *
 * `ok`: it happened, here is the answer. `refused`: it did not happen, and will not. `unknown`: it may have happened, may
 * still happen, or may never: a timeout is always this. An unknown write is resolved by sending it again with the same
 * operation id.
 */
export type Outcome<Value, Refusal> = Ok<Value> | Refused<Refusal> | Unknown;

export interface Ok<Value> {
  readonly status: 'ok';
  readonly value: Value;
}

export interface Refused<Refusal> {
  readonly status: 'refused';
  readonly refusal: Refusal;
}

export interface Unknown {
  readonly status: 'unknown';
  /** `timeout`: no answer in time. `connection-lost`: the connection ended after the request was sent. */
  readonly reason: 'timeout' | 'connection-lost';
}

export const ok = <Value>(value: Value): Ok<Value> => ({ status: 'ok', value });
export const refused = <Refusal>(refusal: Refusal): Refused<Refusal> => ({ status: 'refused', refusal });
export const unknown = (reason: Unknown['reason']): Unknown => ({ status: 'unknown', reason });
