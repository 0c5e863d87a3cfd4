import type { HistoryValue, OperationRecord } from '../history.js';
import { inMilliseconds } from '../history-fields.js';
import { isImplied } from './implied-ends.js';

const LONGEST = 160;

/** An operation in words: `operation 7 (c2's read of x -> value 3, from 4 ms to 6 ms)`. */
export function operationWords(record: OperationRecord): string {
  const { id, process, operation, key, args, invoke, status, value } = record;
  if (isImplied(record))
    return `the end of ${process}'s lease by itself (that of operation ${valueWords(args['lease'])}, not before ${inMilliseconds(invoke)})`;
  const who = /^\d/.test(process) ? `process ${process}` : process;
  const of = key === '' ? '' : ` of ${key}`;
  const asked = fieldWords(args);
  const told = fieldWords(value);
  const answer = status === 'ok' ? told : told === '' ? status : `${status}, ${told}`;
  const until =
    record.return === undefined ? `asked at ${inMilliseconds(invoke)}, never answered` : `from ${inMilliseconds(invoke)} to ${inMilliseconds(record.return)}`;
  return `operation ${id} (${who}'s ${operation}${of}${asked === '' ? '' : ` with ${asked}`}${answer === '' ? '' : ` -> ${answer}`}, ${until})`;
}

function fieldWords(fields: Readonly<Record<string, HistoryValue>>): string {
  const words = Object.entries(fields)
    .filter(([name, value]) => value !== null || name === 'value')
    .map(([name, value]) => `${name} ${valueWords(value)}`)
    .join(', ');
  return words.length > LONGEST ? `${words.slice(0, LONGEST)}...` : words;
}

/** A value of a history in words: texts as they are, all else as JSON. */
export const valueWords = (value: HistoryValue | undefined): string => (typeof value === 'string' ? value : JSON.stringify(value ?? null));

/** The object that a sentence is about, where it has a name. */
export const about = (object: string): string => (object === '' ? '' : `${object}: `);
