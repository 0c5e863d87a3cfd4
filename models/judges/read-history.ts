import type { History } from '../history.js';
import { parseHistory } from '../history-file.js';
import { parseJepsenHistory } from './jepsen-history.js';

/**
 * Reads a history in our JSON lines, or in Jepsen's EDN: the first line tells. `params` replace those that the history says.
 * Throws a `HistoryFileError` or an `EdnError`.
 */
export function readHistory(text: string, params: Readonly<Record<string, number>> = {}): History {
  if (/^\s*(;[^\n]*\n\s*)*([[(#]|\{\s*:)/.test(text)) return parseJepsenHistory(text, params);
  const history = parseHistory(text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n'));
  return { ...history, params: { ...history.params, ...params } };
}
