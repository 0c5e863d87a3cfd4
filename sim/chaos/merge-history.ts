import { HISTORY_VERSION, type History, type HistoryRecord, type OccurrenceRecord, type OperationRecord } from '../../models/history.js';
import type { RecordLine } from './record-line.js';

/** One life of a process: from its start to its end, or to the kill. */
export interface Life {
  readonly process: string;
  /** Not its first: a restart. */
  readonly restarted: boolean;
  readonly startedAt: number;
  /** When it was killed, as seen by who killed it (just before the signal); null when it ended in good order. */
  readonly crashedAt: number | null;
  readonly lines: readonly RecordLine[];
}

/** What the conductor did, by the same clock. */
export interface Milestone {
  readonly occurrence: 'heal' | 'end';
  readonly at: number;
}

/** A record, and by what its life called it. */
interface Draft {
  readonly life: number;
  readonly at: number;
  readonly record: HistoryRecord;
}

/**
 * One history of all lives: in order of time, operations numbered anew, and what refers to an operation (`args.lease`, the
 * lease of a `lost`) renumbered with it.
 */
export function mergeHistory(lives: readonly Life[], milestones: readonly Milestone[], params: Readonly<Record<string, number>>): History {
  const drafts = [...lives.flatMap(draftsOf), ...milestones.map(milestoneDraft)].sort((one, other) => one.at - other.at);
  const ids = new Map<string, number>();
  for (const { life, record } of drafts) if (record.type === 'operation') ids.set(`${life}/${record.id}`, ids.size);
  const records = drafts.map(({ life, record }) => renumbered(record, (id) => ids.get(`${life}/${id}`) ?? -1));
  return { version: HISTORY_VERSION, records, params };
}

/** In an order that stands when times are equal: the sort is stable. */
function draftsOf(life: Life, index: number): Draft[] {
  const answers = new Map(life.lines.flatMap((line) => (line.type === 'complete' ? [[line.id, line] as const] : [])));
  const drafts: Draft[] = life.restarted ? [draftOccurrence(index, life.process, 'restart', life.startedAt)] : [];
  for (const line of life.lines) {
    if (line.type === 'invoke') {
      const { id, operation, key, args } = line;
      const answer = answers.get(id);
      const fate = answer === undefined ? { status: 'unknown' as const, value: {} } : { return: answer.at, status: answer.status, value: answer.value };
      const record: OperationRecord = { type: 'operation', id, process: life.process, operation, key, args, invoke: line.at, ...fate, event: null };
      drafts.push({ life: index, at: line.at, record });
    } else if (line.type === 'occur') {
      drafts.push(draftOccurrence(index, life.process, line.occurrence, line.at, line.id));
    }
  }
  if (life.crashedAt !== null) drafts.push(draftOccurrence(index, life.process, 'crash', deathOf(life, life.crashedAt)));
  return drafts;
}

/**
 * The signal is sent after the killer's stamp and strikes a little later: the process may have recorded more. It was dead
 * no sooner than its last record, and what it held is over there. (To take the time at which its parent heard of the death
 * would make a lease too long: a server that sees the broken connection first may have granted its lock to the next.)
 */
const deathOf = (life: Life, crashedAt: number): number => Math.max(crashedAt, life.startedAt, life.lines.at(-1)?.at ?? 0);

function draftOccurrence(life: number, process: string, occurrence: OccurrenceRecord['occurrence'], at: number, id?: number): Draft {
  return { life, at, record: { type: 'occurrence', occurrence, process, at, event: null, ...(id === undefined ? {} : { id }) } };
}

const milestoneDraft = ({ occurrence, at }: Milestone): Draft => draftOccurrence(-1, 'world', occurrence, at);

function renumbered(record: HistoryRecord, newId: (id: number) => number): HistoryRecord {
  if (record.type === 'occurrence') return record.id === undefined ? record : { ...record, id: newId(record.id) };
  const lease = record.args['lease'];
  const refers = typeof lease === 'number' && refersToLease.has(record.operation);
  return { ...record, id: newId(record.id), args: refers ? { ...record.args, lease: newId(lease) } : record.args };
}

const refersToLease: ReadonlySet<string> = new Set(['extend', 'release']);
