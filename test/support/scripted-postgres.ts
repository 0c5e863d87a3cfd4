import { ok } from '../../src/base/outcome.js';
import type { PostgresOutcome, PostgresPort, PostgresRow, PostgresStatement, PostgresValue } from '../../src/ports/postgres.js';

/** Answers each statement, of the port or of its one session, with the next outcome of a list, and keeps what it was asked. */
export class ScriptedPostgres implements PostgresPort {
  readonly asked: { readonly name: string; readonly params: readonly PostgresValue[] }[] = [];
  readonly statements = new Map<string, string>();
  closed = 0;
  readonly #outcomes: PostgresOutcome[];

  constructor(...outcomes: PostgresOutcome[]) {
    this.#outcomes = outcomes;
  }

  query({ name, sql }: PostgresStatement, params: readonly PostgresValue[]): Promise<PostgresOutcome> {
    this.asked.push({ name, params });
    this.statements.set(name, sql);
    const outcome = this.#outcomes.shift();
    if (outcome === undefined) throw new Error(`${name} was not expected`);
    return Promise.resolve(outcome);
  }

  session() {
    const close = (): void => void (this.closed += 1);
    return Promise.resolve({ query: this.query.bind(this), close });
  }

  listen(): never {
    throw new Error('no subscription is scripted');
  }
}

/** A result of these rows. */
export const rows = (...given: PostgresRow[]): PostgresOutcome => ok({ command: 'SELECT', rowCount: given.length, rows: given });

/** The answer to a statement that gives no rows. */
export const command = (name: string, rowCount = 0): PostgresOutcome => ok({ command: name, rowCount, rows: [] });
