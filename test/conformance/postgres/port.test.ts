import { Client } from 'pg';
import { newDb } from 'pg-mem';
import { servePostgresEngine } from '../../../sim/wire/postgres/serve-postgres-engine.js';
import { pgMemPort } from '../../../src/bindings/pg-mem-postgres.js';
import { pgPort } from '../../../src/bindings/pg-postgres.js';
import { pgMemExceptions } from './pg-mem-exceptions.js';
import { ask, postgresPortSuite, type PortException } from './port.suite.js';

/** It refuses by name what it does not know, be it PostgreSQL's own or nobody's. */
const unknownFunction: PortException = {
  feature: 'codes of unknown functions',
  what: 'one that it does not know may exist elsewhere',
  shownBy: (postgres) => ask(postgres, 'SELECT no_such_function(1)'),
  instead: { status: 'refused', refusal: { reason: 'error', sqlstate: '0A000' } },
};

postgresPortSuite(
  'pg on the simulated PostgreSQL',
  async () => {
    const server = await servePostgresEngine({ port: 0 });
    const postgres = pgPort(() => new Client({ host: '127.0.0.1', port: server.port, user: 'postgres', password: 'none', database: 'postgres' }));
    const close = async (): Promise<void> => {
      postgres.close();
      await server.close();
    };
    return { postgres, close };
  },
  [unknownFunction],
);

postgresPortSuite('pg-mem', () => Promise.resolve({ postgres: pgMemPort(newDb()), close: () => undefined }), pgMemExceptions);
