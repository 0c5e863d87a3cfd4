import { HISTORY_VERSION, type History, type OperationRecord } from '../history.js';
import { type Edn, type EdnForm, EdnError, readEdn } from './edn.js';
import { argsOf, answerOf, splitKey } from './jepsen-values.js';

/** An operation of a Jepsen history: one map. */
interface Entry {
  readonly line: number;
  /** Its place in the history: Jepsen's `:index` where all have one, else as they come. */
  readonly index: number;
  readonly process: string;
  readonly type: string;
  readonly f: string;
  readonly value: Edn;
}

const TYPES: ReadonlySet<string> = new Set(['invoke', 'ok', 'fail', 'info']);

/**
 * Reads a history as Jepsen writes it: maps with `:process`, `:type` (`:invoke`, `:ok`, `:fail`, `:info`), `:f` and `:value`, one
 * after the other or in one vector. `:fail` is a refusal, `:info` an outcome that nobody knows. What the nemesis did is left
 * out. Places in the history serve as times, in milliseconds; an operation has the place of its invocation as its id.
 *
 * Throws an `EdnError` for what is no such history.
 */
export function parseJepsenHistory(text: string, params: Readonly<Record<string, number>> = {}): History {
  const entries = [...clientEntries(text)];
  const isKeyed = hasKeys(entries);
  const open = new Map<string, { readonly entry: Entry; readonly place: number }>();
  const records: OperationRecord[] = [];
  for (const entry of entries) {
    const invocation = open.get(entry.process);
    if (entry.type === 'invoke') {
      if (invocation !== undefined) throw new EdnError(`line ${entry.line}: process ${entry.process} invokes ${entry.f} before its last operation has ended`);
      open.set(entry.process, { entry, place: records.length });
      records.push(begun(entry, isKeyed));
      continue;
    }
    if (invocation === undefined) throw new EdnError(`line ${entry.line}: process ${entry.process} ends an operation (:${entry.type}) that it has not invoked`);
    if (invocation.entry.f !== entry.f)
      throw new EdnError(`line ${entry.line}: process ${entry.process} ends ${entry.f}, but had invoked ${invocation.entry.f}`);
    open.delete(entry.process);
    records[invocation.place] = ended(records[invocation.place] as OperationRecord, entry, isKeyed);
  }
  return { version: HISTORY_VERSION, records, params };
}

function* clientEntries(text: string): Generator<Entry> {
  let index = 0;
  for (const { value, line } of forms(text)) {
    if (!(value instanceof Map)) throw new EdnError(`line ${line}: expected a map with :process, :type, :f and :value`);
    const map = value as ReadonlyMap<Edn, Edn>;
    const type = word(map.get(':type'));
    const process = map.get(':process');
    const given = map.get(':index');
    index = typeof given === 'number' ? given : index + 1;
    if (type === null || !TYPES.has(type)) throw new EdnError(`line ${line}: :type must be :invoke, :ok, :fail or :info`);
    if (typeof process === 'string') continue;
    if (typeof process !== 'number') throw new EdnError(`line ${line}: :process must be a number, or a keyword such as :nemesis`);
    const f = word(map.get(':f'));
    if (f === null) throw new EdnError(`line ${line}: :f must say which operation it is`);
    yield { line, index: typeof given === 'number' ? given : index - 1, process: String(process), type, f, value: map.get(':value') ?? null };
  }
}

function* forms(text: string): Generator<EdnForm> {
  for (const { value, line } of readEdn(text)) {
    if (Array.isArray(value)) for (const inner of value as readonly Edn[]) yield { value: inner, line };
    else yield { value, line };
  }
}

const word = (value: Edn | undefined): string | null => (typeof value === 'string' ? value.replace(/^:/, '') : null);

/** Whether all values are pairs of a key and a value, as `jepsen.independent` makes them. */
function hasKeys(entries: readonly Entry[]): boolean {
  const invocations = entries.filter(({ type }) => type === 'invoke');
  return invocations.length > 0 && invocations.every(({ f, value }) => splitKey(f, value) !== null);
}

function begun({ index, process, f, value }: Entry, isKeyed: boolean): OperationRecord {
  const [key, inner] = (isKeyed ? splitKey(f, value) : null) ?? ['', value];
  return { type: 'operation', id: index, process, operation: f, key, args: argsOf(f, inner), invoke: index * 1000, status: 'unknown', value: {}, event: null };
}

function ended(record: OperationRecord, { index, type, f, value }: Entry, isKeyed: boolean): OperationRecord {
  const [, inner] = (isKeyed ? splitKey(f, value) : null) ?? ['', value];
  if (type === 'ok') return { ...record, return: index * 1000, status: 'ok', value: answerOf(f, inner) };
  return type === 'fail' ? { ...record, return: index * 1000, status: 'refused' } : record;
}
