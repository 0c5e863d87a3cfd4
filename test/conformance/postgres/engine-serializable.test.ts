import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PostgresAnswer } from '../../../sim/servers/postgres/postgres-answer.js';
import type { PostgresSession } from '../../../sim/servers/postgres/postgres-session.js';
import { RECORDED_ANOMALIES_SERIALIZABLE } from './engine-recorded-anomalies-serializable.js';
import { RECORDED_SERIALIZABLE } from './engine-recorded-serializable.js';
import { SERIALIZABLE_SCRIPTS } from './engine-serializable-scripts.js';
import { engineServer } from './engine-server.js';
import { transcript } from './engine-transcript.js';
import { type Committed, isSerializable, type Operation, operation, sqlOf, type State } from './serial-histories.js';

const recorded = { ...RECORDED_ANOMALIES_SERIALIZABLE, ...RECORDED_SERIALIZABLE };

describe('SERIALIZABLE of the simulated PostgreSQL answers as the real one did', () => {
  test.each(SERIALIZABLE_SCRIPTS)('$name', async (script) => {
    const server = await engineServer();
    expect(await transcript(server, script)).toEqual(recorded[script.name]);
    server.close();
  });

  test('nothing is recorded that is not run', () => {
    expect(Object.keys(recorded).sort()).toEqual(SERIALIZABLE_SCRIPTS.map(({ name }) => name).sort());
  });
});

const START: State = new Map([
  [1, [5, 0]],
  [2, [7, 1]],
]);

function line(answer: PostgresAnswer): string {
  if ('error' in answer) return answer.error.sqlstate;
  const rows = answer.rows.map((row) => row.map((value) => value ?? 'null').join(','));
  return [answer.rowCount, ...rows].join(' ');
}

/** A client that runs one transaction after the other; what it is told to do while it waits, or has failed, it leaves out. */
class Client {
  readonly committed: Committed[] = [];
  refused = 0;
  readonly #session: PostgresSession;
  readonly #begin: string;
  #steps: { operation: Operation; answer: string }[] = [];
  #isBusy = false;
  #hasFailed = false;
  #isInside = false;

  constructor(session: PostgresSession, begin: string) {
    this.#session = session;
    this.#begin = begin;
  }

  work(todo: Operation): void {
    if (this.#isBusy || this.#hasFailed) return;
    if (!this.#isInside) this.#run(this.#begin, () => undefined);
    this.#isInside = true;
    this.#run(sqlOf(todo), (answer) => {
      if ('error' in answer) this.#hasFailed = true;
      else this.#steps.push({ operation: todo, answer: line(answer) });
    });
  }

  end(commits: boolean): void {
    if (this.#isBusy || !this.#isInside) return;
    this.#run(commits ? 'COMMIT' : 'ROLLBACK', (answer) => {
      if ('error' in answer || (this.#hasFailed && commits)) this.refused += 1;
      else if (commits) this.committed.push({ steps: this.#steps });
      this.#steps = [];
      this.#hasFailed = false;
      this.#isInside = false;
    });
  }

  #run(sql: string, done: (answer: PostgresAnswer) => void): void {
    this.#isBusy = true;
    this.#session.execute(sql, [], (answer) => {
      this.#isBusy = false;
      done(answer);
    });
  }
}

const SEED = 4;

const turn = fc.tuple(
  fc.integer({ min: 0, max: 2 }),
  fc.oneof(
    { weight: 5, arbitrary: operation },
    { weight: 2, arbitrary: fc.constant('commit' as const) },
    { weight: 1, arbitrary: fc.constant('roll back' as const) },
  ),
);
const interleaving = fc.record({
  turns: fc.array(turn, { minLength: 8, maxLength: 30 }),
  modes: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
});

/** How many of so many random interleavings were serializable; and how many transactions committed and were refused. */
async function histories(level: string, count: number): Promise<{ broken: number; committed: number; refused: number }> {
  const totals = { broken: 0, committed: 0, refused: 0 };
  for (const { turns, modes } of fc.sample(interleaving, { numRuns: count, seed: SEED })) {
    const server = await engineServer();
    const { engine } = server;
    const setup = engine.open();
    const ask = (sql: string): PostgresAnswer | undefined => {
      let given: PostgresAnswer | undefined;
      setup.execute(sql, [], (answer) => (given = answer));
      return given;
    };
    for (const sql of ['CREATE TABLE t (id int PRIMARY KEY, value int, tag int)', 'CREATE INDEX ON t (tag)', 'INSERT INTO t VALUES (1, 5, 0), (2, 7, 1)'])
      ask(sql);
    const clients = modes.map((isReadOnly, at) => new Client(engine.open(), `BEGIN ISOLATION LEVEL ${level}${isReadOnly && at === 2 ? ' READ ONLY' : ''}`));
    for (const [who, what] of turns) {
      if (typeof what === 'string') clients[who]?.end(what === 'commit');
      else clients[who]?.work(what);
    }
    // Whoever still waits gets a deadlock or the lock; all end.
    for (let round = 0; round < 4; round += 1) {
      await server.pass(2000);
      for (const client of clients) client.end(true);
    }
    const committed = clients.flatMap((client) => client.committed);
    const answer = ask('SELECT id, value, tag FROM t ORDER BY id');
    const after = answer !== undefined && 'rows' in answer ? answer.rows.map((row) => row.map((value) => value ?? 'null').join(',')).join(' ') : 'no answer';
    if (!isSerializable(START, committed, after)) totals.broken += 1;
    totals.committed += committed.length;
    totals.refused += clients.reduce((total, { refused }) => total + refused, 0);
  }
  return totals;
}

describe('the history that was committed', () => {
  const COUNT = 250;

  test('is serializable at SERIALIZABLE', async () => {
    const { broken, committed, refused } = await histories('SERIALIZABLE', COUNT);
    expect(broken).toBe(0);
    expect(committed).toBeGreaterThan(COUNT * 2);
    expect(refused).toBeGreaterThan(COUNT / 10);
  });

  test.each(['REPEATABLE READ', 'READ COMMITTED'])('is often not at %s: the judge sees it', async (level) => {
    expect((await histories(level, COUNT)).broken).toBeGreaterThan(0);
  });
});
