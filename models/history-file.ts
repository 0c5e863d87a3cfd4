import { HISTORY_VERSION, type History, type HistoryRecord, type OccurrenceRecord, type OperationRecord } from './history.js';

/** A history that cannot be read. The message is one line: where it is damaged, and what was expected there. */
export class HistoryFileError extends Error {
  readonly code = 'HOLDFAST_HISTORY_FILE';
  override readonly name = 'HistoryFileError';
}

const FORMAT = 'holdfast-history';

/** A history as JSON lines: a header with format, version and parameters, then one record a line. */
export function formatHistory(history: History): string {
  const header = { format: FORMAT, version: history.version, params: history.params };
  return [header, ...history.records].map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** Reads what `formatHistory` wrote. Throws a `HistoryFileError` for anything else. */
export function parseHistory(text: string): History {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const [first, ...rest] = lines;
  if (first === undefined) throw new HistoryFileError('the history is empty: expected a header line and then one record a line');
  const params = parseHeader(first);
  const records: HistoryRecord[] = [];
  const ids = new Set<number>();
  for (const [index, line] of rest.entries()) {
    const record = parseRecord(line, index + 2);
    const previous = records.at(-1);
    if (previous !== undefined && timeOf(record) < timeOf(previous)) fail(index + 2, 'records must be in order of invoke or at');
    if (record.type === 'operation') {
      if (ids.has(record.id)) fail(index + 2, `there are two operations with id ${record.id}`);
      ids.add(record.id);
    }
    records.push(record);
  }
  return { version: HISTORY_VERSION, records, params };
}

type Fields = Readonly<Record<string, unknown>>;

function parseHeader(line: string): Readonly<Record<string, number>> {
  const header = parseObject(line, 1);
  if (header['format'] !== FORMAT) fail(1, `expected the header of a history, {"format":"${FORMAT}",...}`);
  if (header['version'] !== HISTORY_VERSION) {
    fail(1, `the history has version ${JSON.stringify(header['version'])}, and only version ${HISTORY_VERSION} can be read`);
  }
  const params = fields(header['params'], 1, 'params');
  for (const [name, value] of Object.entries(params)) {
    if (typeof value !== 'number') fail(1, `params.${name} must be a number`);
  }
  return params as Readonly<Record<string, number>>;
}

function parseRecord(line: string, number: number): HistoryRecord {
  const record = parseObject(line, number);
  if (typeof record['process'] !== 'string') fail(number, 'process must be a string');
  if (record['event'] !== null) whole(record['event'], number, 'event');
  if (record['type'] === 'operation') return operation(record, number);
  if (record['type'] === 'occurrence') return occurrence(record, number);
  return fail(number, 'type must be "operation" or "occurrence"');
}

function operation(record: Fields, number: number): OperationRecord {
  whole(record['id'], number, 'id');
  const invoke = whole(record['invoke'], number, 'invoke');
  if (record['return'] !== undefined && whole(record['return'], number, 'return') < invoke) fail(number, 'return must not be before invoke');
  for (const name of ['operation', 'key'] as const) {
    if (typeof record[name] !== 'string') fail(number, `${name} must be a string`);
  }
  const { status } = record;
  if (status !== 'ok' && status !== 'refused' && status !== 'unknown') fail(number, 'status must be "ok", "refused" or "unknown"');
  if (record['return'] === undefined && status !== 'unknown') fail(number, 'an operation without return must have status "unknown"');
  token(fields(record['args'], number, 'args')['token'], number, 'args.token');
  token(fields(record['value'], number, 'value')['token'], number, 'value.token');
  return record as unknown as OperationRecord;
}

const occurrences: ReadonlySet<unknown> = new Set<OccurrenceRecord['occurrence']>(['lost', 'crash', 'restart', 'heal', 'end']);

function occurrence(record: Fields, number: number): OccurrenceRecord {
  if (!occurrences.has(record['occurrence'])) fail(number, `occurrence must be one of ${[...occurrences].join(', ')}`);
  whole(record['at'], number, 'at');
  if (record['occurrence'] === 'lost') whole(record['id'], number, 'id of the lost lease');
  return record as unknown as OccurrenceRecord;
}

function parseObject(line: string, number: number): Fields {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return fail(number, 'expected one JSON object on the line (was the file cut off?)');
  }
  return fields(value, number, 'the line');
}

function fields(value: unknown, number: number, name: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return fail(number, `${name} must be a JSON object`);
  return value as Fields;
}

function whole(value: unknown, number: number, name: string): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : fail(number, `${name} must be a whole number, not negative`);
}

function token(value: unknown, number: number, name: string): void {
  if (value === undefined || value === null) return;
  if (typeof value !== 'string' || !/^\d+$/.test(value)) fail(number, `${name} must be a decimal string or null`);
}

const timeOf = (record: HistoryRecord): number => (record.type === 'operation' ? record.invoke : record.at);

function fail(line: number, problem: string): never {
  throw new HistoryFileError(`history line ${line}: ${problem}`);
}
