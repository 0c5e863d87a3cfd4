import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { startPostgres } from '../../support/start-postgres.js';
import { errorLine, resultLine, type ScriptedServer } from './engine-transcript.js';

const QUIET_MS = 60;

/** A real PostgreSQL of our own, and a connection for every session that a script names. */
export async function realServer(): Promise<ScriptedServer & { close(): Promise<void> }> {
  const server = await startPostgres({ timezone: 'UTC' });
  const clients = new Map<string, pg.Client>();
  for (const name of ['setup', 'A', 'B', 'C', 'D']) {
    const client = new pg.Client({ ...server.config, types: { getTypeParser: () => (text: string) => text } });
    client.on('error', () => undefined);
    await client.connect();
    clients.set(name, client);
  }
  let pending = 0;
  return {
    start(name, sql, done) {
      const client = clients.get(name);
      if (client === undefined) throw new Error(`no session ${name}`);
      pending += 1;
      client.query({ text: sql, rowMode: 'array' }).then(
        (result) => {
          pending -= 1;
          done(resultLine(result.command, result.rowCount, result.rows as (string | null)[][]));
        },
        (error: pg.DatabaseError) => {
          pending -= 1;
          done(errorLine(error.code ?? '', error.message));
        },
      );
    },
    async quiet() {
      for (let waited = 0; pending > 0 && waited < QUIET_MS; waited += 3) await sleep(3);
      await sleep(3);
    },
    pass: (milliseconds) => sleep(milliseconds),
    async close() {
      await Promise.all([...clients.values()].map((client) => client.end()));
      await server.stop();
    },
  };
}
