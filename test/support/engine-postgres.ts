import { loadModule } from 'libpg-query';
import { PostgresEngine } from '../../sim/servers/postgres/postgres-engine.js';
import type { PostgresSession as EngineSession } from '../../sim/servers/postgres/postgres-session.js';
import { ok, refused } from '../../src/base/outcome.js';
import type { PostgresOutcome, PostgresPort, PostgresSession, PostgresStatement, PostgresValue } from '../../src/ports/postgres.js';

const MICROSECONDS = 1000;

/** A simulated PostgreSQL of its own, on this machine's clock, with `deadlock_timeout` as short as it gets. */
export async function startEngine(): Promise<PostgresEngine> {
  await loadModule();
  return new PostgresEngine({
    now: () => Date.now() * MICROSECONDS,
    random: (bound) => Math.floor(Math.random() * bound),
    setTimer(lengthUs, callback) {
      const timer = setTimeout(callback, lengthUs / MICROSECONDS);
      return { cancel: () => clearTimeout(timer) };
    },
  });
}

/** A port right onto an engine: no network, no deadlines; each query has a session of its own. */
export function enginePostgres(engine: PostgresEngine): PostgresPort {
  return {
    async query(statement, params) {
      const session = engine.open();
      const answer = await ask(session, statement, params);
      session.close();
      return answer;
    },
    session(): Promise<PostgresSession> {
      const session = engine.open();
      return Promise.resolve({ query: (statement, params) => ask(session, statement, params), close: () => session.close() });
    },
    listen(): never {
      throw new Error('this port does not listen');
    },
  };
}

function ask(session: EngineSession, { sql }: PostgresStatement, params: readonly PostgresValue[]): Promise<PostgresOutcome> {
  return new Promise((resolve) => {
    session.execute(sql, params, (answer) => {
      if ('error' in answer) resolve(refused({ reason: 'error', sqlstate: answer.error.sqlstate, message: answer.error.message }));
      else resolve(ok({ command: answer.command, rowCount: answer.rowCount ?? 0, rows: answer.rows }));
    });
  });
}
