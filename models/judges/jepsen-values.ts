import type { HistoryValue } from '../history.js';
import type { Edn } from './edn.js';
import { valueWords } from './operation-words.js';

/** How Jepsen's tests say what is asked and answered, in the words of our models. */

type Fields = Readonly<Record<string, HistoryValue>>;

const CAS: ReadonlySet<string> = new Set(['cas', 'compare-and-set']);
const LOCKS: ReadonlySet<string> = new Set(['acquire', 'release', 'extend']);
const TRANSACTIONS: ReadonlySet<string> = new Set(['txn', 'transaction']);

/** The key and what is left, when the value is a pair of them; a cas on one register also has two values, and no key. */
export function splitKey(f: string, value: Edn): readonly [key: string, value: Edn] | null {
  if (!Array.isArray(value) || value.length !== 2 || TRANSACTIONS.has(f)) return null;
  const [key = null, inner = null] = value as readonly Edn[];
  if (Array.isArray(key) || (CAS.has(f) && !Array.isArray(inner))) return null;
  return [textOf(key), inner];
}

/** What an invocation asks for. */
export function argsOf(f: string, value: Edn): Fields {
  if (TRANSACTIONS.has(f)) return { steps: plain(value) };
  if (CAS.has(f) && Array.isArray(value)) return { from: plain((value as readonly Edn[])[0] ?? null), to: plain((value as readonly Edn[])[1] ?? null) };
  if (value instanceof Map) return fieldsOf(value as ReadonlyMap<Edn, Edn>);
  return value === null || LOCKS.has(f) ? {} : { value: plain(value) };
}

/** What an answer says. Writes and additions answer with what was asked for, which is no news. */
export function answerOf(f: string, value: Edn): Fields {
  if (TRANSACTIONS.has(f)) return { steps: plain(value) };
  if (f === 'read' || f === 'get') return { value: plain(value) };
  if (!LOCKS.has(f) || value === null) return {};
  const fence = value instanceof Map ? ((value as ReadonlyMap<Edn, Edn>).get(':fence') ?? (value as ReadonlyMap<Edn, Edn>).get(':token')) : value;
  return typeof fence === 'number' ? { token: String(fence) } : {};
}

const fieldsOf = (map: ReadonlyMap<Edn, Edn>): Record<string, HistoryValue> =>
  Object.fromEntries([...map].map(([name, value]) => [textOf(name), plain(value)]));

const textOf = (value: Edn): string => valueWords(plain(value));

/** Keywords lose their colons. */
function plain(value: Edn): HistoryValue {
  if (typeof value === 'string') return value.replace(/^:/, '');
  if (Array.isArray(value)) return (value as readonly Edn[]).map(plain);
  return value instanceof Map ? fieldsOf(value as ReadonlyMap<Edn, Edn>) : (value as HistoryValue);
}
