import { Client } from 'pg';
import { expect, test } from 'vitest';
import { pgPort } from '../../../src/bindings/pg-postgres.js';
import { hasPostgres, startPostgres } from '../../support/start-postgres.js';
import { heldLocksSuite } from './held-locks.suite.js';

if (hasPostgres) {
  heldLocksSuite('a real PostgreSQL', async () => {
    const server = await startPostgres();
    const postgres = pgPort(() => new Client(server.config));
    const close = async (): Promise<void> => {
      postgres.close();
      await server.stop();
    };
    return { postgres, close };
  });
}

test.runIf(!hasPostgres && process.env['CI'] !== undefined)('locks that a real PostgreSQL holds', () => expect.fail('install the package postgresql-15'));
