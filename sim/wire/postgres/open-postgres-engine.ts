import type { PostgresEngine } from '../../servers/postgres/postgres-engine.js';
import type { OpenPostgresBackend, PostgresProblem } from './postgres-backend.js';

/** Settings of which the wire itself makes sure that they are what the engine can do. */
const OF_THE_WIRE = new Set(['client_encoding']);

/** Sessions of a simulated PostgreSQL for the wire, with what a client sets in its startup. Any user and any database is the same one. */
export function openPostgresEngine(engine: PostgresEngine): OpenPostgresBackend {
  return ({ settings }, events) => {
    const session = engine.open(events);
    for (const [name, value] of settings) {
      if (OF_THE_WIRE.has(name.toLowerCase())) continue;
      let problem: PostgresProblem | undefined;
      // A SET waits for nothing.
      session.execute(`SET ${quoted(name, '"')} TO ${quoted(value, "'")}`, [], (answer) => {
        if ('error' in answer) problem = answer.error;
      });
      if (problem === undefined) continue;
      session.close();
      return { error: problem };
    }
    return session;
  };
}

const quoted = (text: string, quote: string): string => quote + text.replaceAll(quote, quote + quote) + quote;
