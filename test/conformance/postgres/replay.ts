import { SETUP } from './engine-scripts.js';
import type { Outcome } from './engine-transcript.js';

/** One statement of a random script. */
export interface RandomStep {
  /** Who runs it; a session that waits leaves it to the next one that does not. */
  readonly session: number;
  /** What kind of statement it is, for the table of what was hit. */
  readonly kind: string;
  readonly sql: string;
}

export interface RandomScript {
  readonly sessions: number;
  readonly steps: readonly RandomStep[];
}

/** What was seen after a step, once nothing moved any more. */
export interface ReplayedStep {
  readonly session: string;
  readonly kind: string;
  readonly sql: string;
  /** Answers since the step before, in the order of the sessions' names: `A: UPDATE 1`. */
  readonly answers: readonly string[];
  /** The sessions that wait, in the order of their names. */
  readonly waiting: readonly string[];
}

/** A server on which scripts are replayed. Sessions come into being when they are first named. */
export interface ReplayServer {
  start(session: string, sql: string, done: (outcome: Outcome) => void): void;
  /** Returns when each statement has answered or waits for somebody who does not run. */
  quiet(): Promise<void>;
}

export const SESSIONS = ['A', 'B', 'C', 'D'] as const;

const ROWS: readonly string[] = [
  "INSERT INTO stock VALUES (3, 2, 'c')",
  'INSERT INTO line (stock_id, quantity) VALUES (1, 2), (2, 3)',
  "INSERT INTO hold VALUES (1, 'x', 1), (2, 'x', 2), (2, 'y', 3), (3, 'y', 2)",
];
/** From here on a script is the same on every server, and each of its steps is compared. */
export const BEFORE: readonly string[] = [...SETUP, ...ROWS];
export const CONTENTS: readonly string[] = ['SELECT * FROM stock ORDER BY id', 'SELECT * FROM line ORDER BY id', 'SELECT * FROM hold ORDER BY stock_id, who'];

/** Ends that follow from each other: more means that somebody waits for ever. */
const MOST_ENDINGS = 20;

/** One replay of a script: what has been asked and not answered, and what was seen. */
class Replay {
  readonly steps: ReplayedStep[] = [];
  readonly #server: ReplayServer;
  readonly #waiting = new Set<string>();
  readonly #stuck = new Set<string>();
  #answers: string[] = [];

  constructor(server: ReplayServer) {
    this.#server = server;
  }

  isWaiting(session: string): boolean {
    return this.#waiting.has(session);
  }

  get waiters(): number {
    return this.#waiting.size;
  }

  /** Whether the last that a session heard was that its transaction has failed before. */
  isStuck(session: string): boolean {
    return this.#stuck.has(session);
  }

  async run(session: string, kind: string, sql: string): Promise<void> {
    this.#stuck.delete(session);
    this.#waiting.add(session);
    this.#server.start(session, sql, (outcome) => {
      this.#waiting.delete(session);
      this.#answers.push(`${session}: ${outcome}`);
      if (outcome.startsWith('25P02')) this.#stuck.add(session);
    });
    await this.#server.quiet();
    this.steps.push({ session, kind, sql, answers: this.#answers.sort(), waiting: [...this.#waiting].sort() });
    this.#answers = [];
  }
}

/** Runs a script to its end: after its steps everybody commits who can, until nobody waits; then the tables are read. */
export async function replay(server: ReplayServer, script: RandomScript): Promise<readonly ReplayedStep[]> {
  const one = new Replay(server);
  const names = SESSIONS.slice(0, script.sessions);
  for (const { session, kind, sql } of script.steps) {
    const name = names.map((_, at) => names[(session + at) % names.length] ?? 'A').find((each) => !one.isWaiting(each));
    if (name === undefined) continue;
    // Else most statements would be refused for what happened long ago.
    if (one.isStuck(name)) await one.run(name, 'ROLLBACK', 'ROLLBACK');
    await one.run(name, kind, sql);
  }
  const unended = new Set<string>(names);
  for (let endings = 0; unended.size > 0; endings += 1) {
    const name = [...unended].find((each) => !one.isWaiting(each));
    if (name === undefined || endings === MOST_ENDINGS) throw new Error(`${one.waiters} sessions wait, and nobody is left to end it`);
    await one.run(name, 'end', 'COMMIT');
    await one.run(name, 'end', 'SELECT pg_advisory_unlock_all()');
    unended.delete(name);
  }
  for (const sql of CONTENTS) await one.run('A', 'contents', sql);
  return one.steps;
}
