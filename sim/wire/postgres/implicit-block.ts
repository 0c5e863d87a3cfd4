import type { PostgresBackend, PostgresProblem, PostgresResult } from './postgres-backend.js';
import { failure } from './postgres-failure.js';
import { run, type Steps } from './steps.js';
import { transactionCommand } from './transaction-command.js';

const NO_TRANSACTION: PostgresProblem = { severity: 'WARNING', sqlstate: '25P01', message: 'there is no transaction in progress' };

/**
 * The transaction that several statements of one Query, or all of a pipeline up to Sync, are in together though the client
 * has not begun one. For the backend it is a block like any other; the client never sees its BEGIN and COMMIT.
 */
export class ImplicitBlock {
  readonly #backend: PostgresBackend;
  readonly #notice: (problem: PostgresProblem) => void;
  #isOpen = false;

  constructor(backend: PostgresBackend, notice: (problem: PostgresProblem) => void) {
    this.#backend = backend;
    this.#notice = notice;
  }

  /** Runs a statement. `isAlone`: no other will be in the same transaction, so that it needs no block. */
  *run(text: string, params: readonly (string | null)[], isAlone: boolean): Steps<PostgresResult> {
    if (!this.#isOpen) {
      if (!isAlone && this.#backend.transactionStatus() === 'I' && transactionCommand(text) === undefined) {
        yield* run('BEGIN');
        this.#isOpen = true;
      }
      return yield* run(text, params);
    }
    const command = transactionCommand(text);
    switch (command?.kind) {
      case undefined:
        return yield* run(text, params);
      case 'block-only':
        throw failure('25P01', `${command.name} can only be used in transaction blocks`);
      case 'begin':
        if (command.modes !== '') yield* run(`SET TRANSACTION ${command.modes}`);
        this.#isOpen = false;
        return { command: command.tag, rowCount: null, fields: [], rows: [] };
      case 'end':
        this.#notice(NO_TRANSACTION);
        this.#isOpen = false;
        return yield* run(text, params);
    }
  }

  /** Commits. */
  *commit(): Steps {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    yield* run('COMMIT');
  }

  /** Something has failed, in the backend or outside of it. */
  *fail(): Steps {
    if (this.#isOpen) {
      this.#isOpen = false;
      yield* run('ROLLBACK');
    } else if (this.#backend.transactionStatus() === 'T') this.#backend.fail();
  }
}
