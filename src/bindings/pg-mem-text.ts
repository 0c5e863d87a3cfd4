import type { PostgresValue } from '../ports/postgres.js';

/** A value of pg-mem in PostgreSQL's text form. `type` is pg-mem's name of the column's type. */
export function pgMemText(value: unknown, type = ''): PostgresValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean') return value ? 't' : 'f';
  if (value instanceof Date) return timeText(value, type);
  if (typeof value === 'object' && type.startsWith('json')) return JSON.stringify(value);
  if (Array.isArray(value)) return `{${value.map(elementText).join(',')}}`;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' ? String(value) : JSON.stringify(value);
}

function timeText(value: Date, type: string): string {
  const [day = '', rest = ''] = value.toISOString().split('T');
  if (type === 'date') return day;
  const time = rest.replace('Z', '').replace(/\.?0+$/, '');
  return `${day} ${time}${type === 'timestamptz' ? '+00' : ''}`;
}

function elementText(element: unknown): string {
  const text = pgMemText(element);
  if (text === null) return 'NULL';
  return Array.isArray(element) || /^(?!null$)[^\s"\\{},]+$/i.test(text) ? text : `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
}
