import type { PostgresResult } from './postgres-backend.js';

/** As CommandComplete says it: `INSERT 0 1`, `SELECT 3`, `BEGIN`. */
export function commandTag({ command, rowCount }: Pick<PostgresResult, 'command' | 'rowCount'>): string {
  if (rowCount === null) return command;
  // The zero was a number of the row once.
  return command === 'INSERT' ? `INSERT 0 ${rowCount}` : `${command} ${rowCount}`;
}

/** Whether a command gives rows, though it may be none. */
export const givesRows = ({ command, fields }: Pick<PostgresResult, 'command' | 'fields'>): boolean => fields.length > 0 || command === 'SELECT';
