import { pgPort, type PgPort } from '../../src/bindings/pg-postgres.js';
import { UserInputError } from '../user-input-error.js';

/** Soon, for runs are short and links are cut often. */
const CONNECT_TIMEOUT_MS = 1000;

/** The real binding to a PostgreSQL (or a pooler) on loopback. Throws a `UserInputError` when its client is not installed. */
export async function connectPostgres(port: number): Promise<PgPort> {
  const { Client } = await import('pg').catch(() => {
    throw new UserInputError('chaos on postgres needs the package pg, which is not installed: npm install pg');
  });
  // The server has a `statement_timeout`: a pooler in transaction mode would not take one from a client.
  const config = { host: '127.0.0.1', port, user: 'postgres', password: 'none', database: 'postgres' };
  return pgPort(() => new Client(config), { connectTimeoutMs: CONNECT_TIMEOUT_MS });
}
