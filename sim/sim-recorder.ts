import { HISTORY_VERSION, type History, type HistoryRecord, type OccurrenceRecord, type OperationRecord } from '../models/history.js';
import type { SimProcess } from './kernel/process.js';
import type { World } from './kernel/world.js';
import type { RecordedAnswer, Recorder } from './recorder.js';

type Growing<Record> = { -readonly [Name in keyof Record]: Record[Name] };

/** The history of one simulated run, while it is being made. */
export class SimHistory {
  private readonly records: HistoryRecord[] = [];
  private readonly operations: Growing<OperationRecord>[] = [];
  /** Ends of leases by clocks whose whole course is known only when the run is over. */
  private readonly leaseEnds: { record: Growing<OperationRecord>; process: SimProcess; reading: number }[] = [];
  private readonly pending = new Map<string, number>();
  /** The acquires whose leases each process has not given back. */
  private readonly held = new Map<string, Set<unknown>>();

  constructor(private readonly world: World) {}

  /** The recorder of one life of a process: a dead one records nothing more. */
  recorder(process: SimProcess, isAlive: () => boolean): Recorder {
    return {
      invoke: (operation, key, args) => {
        const { world } = this;
        const record: Growing<OperationRecord> = {
          type: 'operation',
          id: this.operations.length,
          process: process.name,
          operation,
          key,
          args,
          invoke: world.now,
          status: 'unknown',
          value: {},
          event: world.events,
        };
        this.operations.push(record);
        this.records.push(record);
        this.pending.set(process.name, (this.pending.get(process.name) ?? 0) + 1);
        if (world.tracing) world.note(`${operation} ${key} ${JSON.stringify(args)} ...`);
        return record.id;
      },
      complete: (id, answer) => {
        if (isAlive()) this.complete(process, id, answer);
      },
      occur: (occurrence, id) => {
        if (isAlive()) this.occur(occurrence, process.name, id);
      },
    };
  }

  occur(occurrence: OccurrenceRecord['occurrence'], process: string, id?: number): void {
    const { world } = this;
    if (occurrence === 'crash') {
      this.pending.delete(process);
      this.held.delete(process);
    }
    this.records.push({ type: 'occurrence', occurrence, process, at: world.now, event: world.events, ...(id === undefined ? {} : { id }) });
    if (world.tracing) world.note(`${occurrence} ${process}${id === undefined ? '' : ` (lease of operation ${id})`}`);
  }

  /** Whether the client, or anyone, waits for an answer or holds a lease: a fault would matter to it. */
  busy(client?: string): boolean {
    if (client !== undefined) return (this.pending.get(client) ?? 0) > 0 || (this.held.get(client)?.size ?? 0) > 0;
    return [...this.pending.keys()].some((name) => this.busy(name));
  }

  /** The history as judges read it. To be called when the run is over. */
  finish(params: Readonly<Record<string, number>>): History {
    for (const { record, process, reading } of this.leaseEnds) record.value = { validUntil: process.monotonic.trueTimeOf(reading), ...record.value };
    return { version: HISTORY_VERSION, records: this.records, params };
  }

  private complete(process: SimProcess, id: number, answer: RecordedAnswer): void {
    const { world } = this;
    const record = this.operations[id] as Growing<OperationRecord>;
    record.return = world.now;
    record.status = answer.status;
    record.value = answer.validUntil === null ? { validUntil: null, ...answer.value } : answer.value;
    record.event = world.events;
    if (answer.validUntil !== undefined && answer.validUntil !== null) this.leaseEnds.push({ record, process, reading: answer.validUntil });
    this.pending.set(process.name, (this.pending.get(process.name) ?? 1) - 1);
    if (record.operation === 'acquire' && answer.status === 'ok') this.leasesOf(process).add(id);
    if (record.operation === 'release') this.leasesOf(process).delete(record.args['lease']);
    if (world.tracing) world.note(`${record.operation} ${record.key} -> ${answer.status} ${JSON.stringify(answer.value)}`);
  }

  private leasesOf(process: SimProcess): Set<unknown> {
    let leases = this.held.get(process.name);
    if (leases === undefined) this.held.set(process.name, (leases = new Set()));
    return leases;
  }
}
