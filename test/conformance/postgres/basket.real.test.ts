import { Client } from 'pg';
import { expect, test } from 'vitest';
import { pgPort } from '../../../src/bindings/pg-postgres.js';
import { hasPostgres, startPostgres } from '../../support/start-postgres.js';
import { basketSuite } from './basket.suite.js';

if (hasPostgres) {
  basketSuite(
    'a real PostgreSQL',
    async () => {
      const server = await startPostgres();
      const postgres = pgPort(() => new Client(server.config), { connections: 12 });
      const close = async (): Promise<void> => {
        postgres.close();
        await server.stop();
      };
      return { postgres, close };
    },
    100,
  );
} else {
  const missing = 'there is no PostgreSQL on this machine: install the package postgresql';
  test.runIf(process.env['CI'] !== undefined)('baskets on a real PostgreSQL', () => expect.fail(missing));
  test.skipIf(process.env['CI'] !== undefined)(`baskets on a real PostgreSQL: not run, ${missing}`, () => undefined);
}
