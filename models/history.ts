/**
 * What happened, as the clients saw it: the one format that every judge reads, whether a simulated world or real
 * processes wrote it. As a file it is JSON lines: a header, then one record a line; bigints are decimal strings.
 */
export const HISTORY_VERSION = 1;

/** Something that a client asked for. A record without `return` never got its answer: its process died, or the run ended. */
export interface OperationRecord {
  readonly type: 'operation';
  /** Unique in the history; counts from 0 in order of invocation. */
  readonly id: number;
  /** Who asked. A process that restarts keeps its name. */
  readonly process: string;
  /** `acquire`, `extend`, `release`, `read`, `write`, `sell`, `audit`... */
  readonly operation: string;
  /** Of what: the lock's key, the sku, the register. */
  readonly key: string;
  readonly args: Readonly<Record<string, HistoryValue>>;
  /** True time (of the world, or of the host's one monotonic clock) in microseconds, just before the request was sent. */
  readonly invoke: number;
  /** True time when the answer was in the caller's hands. */
  readonly return?: number;
  /** `unknown` also when there is no `return`. */
  readonly status: 'ok' | 'refused' | 'unknown';
  /** What was answered. For a refusal, `reason` says why. */
  readonly value: Readonly<Record<string, HistoryValue>>;
  /** The number of the simulated event in which the record was completed (or begun, if it never was); null on real servers. */
  readonly event: number | null;
}

/** Something that happened to a process, or to the whole world. */
export interface OccurrenceRecord {
  readonly type: 'occurrence';
  /**
   * `lost`: a lease's signal aborted (`id` names its acquire). `crash`, `restart`: of the process. `heal`: the faults are over.
   * `end`: nothing more was waited for.
   */
  readonly occurrence: 'lost' | 'crash' | 'restart' | 'heal' | 'end';
  readonly process: string;
  readonly at: number;
  /** For `lost`: the id of the acquire that made the lease. */
  readonly id?: number;
  readonly event: number | null;
}

export type HistoryRecord = OperationRecord | OccurrenceRecord;
export type HistoryValue = string | number | boolean | null | readonly HistoryValue[] | { readonly [name: string]: HistoryValue };

/**
 * A whole run.
 *
 * Conventions that judges rely on:
 * - `acquire` ok: `value.token` (decimal string; null when the lock hands out none) and `value.validUntil` (true time in
 *   microseconds at which the holder's own clock reaches the end of the lease; null when the holder believes in it until
 *   it releases), and `value.signal` (whether the lease has a signal that aborts). `extend` ok: a new
 *   `validUntil`. `extend` and `release` carry `args.lease`, the id of their acquire.
 * - `read`, `write`, `take`, `sell` of a resource: `args.token` (decimal string or null). Accepted ones answer
 *   `value.sequence`, the place of the access in the resource's own order, where the resource keeps one.
 * - a sale that is `ok` sold `args.quantity` units; its `args.operationId` is what the ledger knows it by.
 *   Attempts with one operation id are one sale. `value.repeated: true` marks an answer from the resource's memory: it is no
 *   access, because nobody looked at its token.
 * - a guarded register, which lives in the lock's own store, has the lock's key as its name.
 * - `audit` answers what the resource holds at the end: `value.onHand`, and where it keeps one `value.ledger`, whose entries
 *   are `{ operationId, change, onHand }`, oldest first.
 */
export interface History {
  readonly version: typeof HISTORY_VERSION;
  /** In order of `invoke` (operations) or `at` (occurrences). */
  readonly records: readonly HistoryRecord[];
  /** What the workload was given: `ttlMs`, `stock`, `clients`... */
  readonly params: Readonly<Record<string, number>>;
}
