import { HISTORY_VERSION, type History, type HistoryRecord, type HistoryValue, type OccurrenceRecord, type OperationRecord } from '../../models/history.js';

type Values = Readonly<Record<string, HistoryValue>>;

/** What an operation may say beside who, what and when. */
export interface Details {
  readonly status?: OperationRecord['status'];
  readonly args?: Values;
  readonly value?: Values;
}

/** Writes histories by hand: times in milliseconds, ids in order of writing, records sorted by time at the end. */
export class HistoryBuilder {
  readonly #records: HistoryRecord[] = [];
  #nextId = 0;

  /** `span` is `[invoke, return]`, or `[invoke]` when no answer came. Gives the id. */
  operation(process: string, operation: string, key: string, span: readonly [number, number?], details: Details = {}): number {
    const id = this.#nextId;
    this.#nextId += 1;
    const [invoke, returned] = span;
    this.#records.push({
      type: 'operation',
      id,
      process,
      operation,
      key,
      args: details.args ?? {},
      invoke: microseconds(invoke),
      ...(returned === undefined ? {} : { return: microseconds(returned) }),
      status: details.status ?? (returned === undefined ? 'unknown' : 'ok'),
      value: details.value ?? {},
      event: id,
    });
    return id;
  }

  acquire(
    process: string,
    span: readonly [number, number?],
    grant: { readonly until?: number | null; readonly token?: bigint; readonly key?: string } = {},
  ): number {
    const until = grant.until === undefined || grant.until === null ? null : microseconds(grant.until);
    return this.operation(process, 'acquire', grant.key ?? 'k', span, { value: { token: grant.token?.toString() ?? null, validUntil: until } });
  }

  extend(process: string, lease: number, span: readonly [number, number?], until: number): number {
    return this.operation(process, 'extend', 'k', span, { args: { lease }, value: { validUntil: microseconds(until) } });
  }

  release(process: string, lease: number, span: readonly [number, number?]): number {
    return this.operation(process, 'release', 'k', span, { args: { lease } });
  }

  occurrence(occurrence: OccurrenceRecord['occurrence'], at: number, process = 'world', id?: number): this {
    this.#records.push({ type: 'occurrence', occurrence, process, at: microseconds(at), ...(id === undefined ? {} : { id }), event: null });
    return this;
  }

  build(params: Readonly<Record<string, number>> = { ttlMs: 1000, stock: 1 }): History {
    return { version: HISTORY_VERSION, records: this.#records.toSorted((a, b) => timeOf(a) - timeOf(b)), params };
  }
}

const microseconds = (ms: number): number => Math.round(ms * 1000);
const timeOf = (record: HistoryRecord): number => (record.type === 'operation' ? record.invoke : record.at);
