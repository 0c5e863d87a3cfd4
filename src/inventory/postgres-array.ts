import type { PostgresValue } from '../ports/postgres.js';

/** Values as the text of a PostgreSQL array. */
export function postgresArray(values: readonly (string | number | bigint | null)[]): PostgresValue {
  return `{${values.map((value) => (typeof value === 'string' ? `"${value.replace(/["\\]/g, '\\$&')}"` : String(value ?? 'NULL'))).join(',')}}`;
}
