import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { startPostgres } from '../../support/start-postgres.js';
import { errorLine, resultLine } from './engine-transcript.js';
import { BEFORE, replay, type RandomScript, type ReplayedStep, type ReplayServer, SESSIONS } from './replay.js';

/**
 * One plan for each statement: tables are scanned in the order of writing and joined row by row, in the order of FROM. Else
 * the order in which rows are met, and so who waits for whom, would be the planner's choice.
 */
const PLAIN_PLANS: Readonly<Record<string, string>> = {
  enable_indexscan: 'off',
  enable_indexonlyscan: 'off',
  enable_bitmapscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  autovacuum: 'off',
  jit: 'off',
};

/**
 * Short, so that whoever closes a circle finds it: he comes last, and all others have looked before. In milliseconds, as is
 * the time after which they surely have.
 */
const DEADLOCK_TIMEOUT_MS = 2;
const LOOKED_MS = 5;
const POLL_MS = 1;

interface Watched {
  readonly pid: number;
  readonly state: string;
  readonly kind: string | null;
  readonly blockers: readonly number[];
}

/**
 * `wait_event_type` alone is not enough: it stays for a moment after the lock was granted, when nobody stands in the way any more.
 * Somebody who sleeps on a lock behind others is quiet; in a circle he is not, since one of its members will be sacrificed.
 */
const WATCH = `SELECT pid, state, wait_event_type AS kind, CASE WHEN wait_event_type = 'Lock' THEN pg_blocking_pids(pid) ELSE '{}' END AS blockers
  FROM pg_stat_activity WHERE pid = ANY($1)`;

function isCircle(watched: readonly Watched[]): boolean {
  const blockers = new Map(watched.map((each) => [each.pid, each.blockers]));
  const leadsTo = (from: number, to: number, seen: Set<number>): boolean =>
    (blockers.get(from) ?? []).some((next) => next === to || (!seen.has(next) && leadsTo(next, to, seen.add(next))));
  return watched.some(({ pid }) => leadsTo(pid, pid, new Set()));
}

/** A real PostgreSQL on which scripts are replayed, one after the other, over the same connections. */
export class RealReplays implements ReplayServer {
  readonly #clients: ReadonlyMap<string, pg.Client>;
  readonly #pids = new Map<string, number>();
  readonly #monitor: pg.Client;
  readonly #stop: () => Promise<void>;
  readonly #pending = new Set<string>();
  /** Tells of the outcome when the server is ready for the next statement: an error arrives before its transaction's locks are free. */
  readonly #ready = new Map<string, () => void>();
  #answered = 0;
  /** When a statement last began or ended: whoever that woke may have begun to wait anew. */
  #changedAt = 0;
  #wake: () => void = () => undefined;

  private constructor(clients: ReadonlyMap<string, pg.Client>, monitor: pg.Client, stop: () => Promise<void>) {
    this.#clients = clients;
    this.#monitor = monitor;
    this.#stop = stop;
  }

  static async open(): Promise<RealReplays> {
    const server = await startPostgres({ ...PLAIN_PLANS, timezone: 'UTC', deadlock_timeout: `${DEADLOCK_TIMEOUT_MS}ms`, log_min_messages: 'panic' });
    const connect = async (config: pg.ClientConfig): Promise<pg.Client> => {
      const client = new pg.Client({ ...server.config, ...config });
      client.on('error', () => undefined);
      await client.connect();
      return client;
    };
    const clients = new Map<string, pg.Client>();
    for (const name of SESSIONS) clients.set(name, await connect({ types: { getTypeParser: () => (text: string) => text } }));
    const opened = new RealReplays(clients, await connect({}), () => server.stop());
    for (const [name, client] of clients) {
      const { rows } = await client.query<{ pid: string }>('SELECT pg_backend_pid() AS pid');
      opened.#pids.set(name, Number(rows[0]?.pid));
    }
    for (const [name, client] of clients) client.on('drain', () => setImmediate(() => opened.#ready.get(name)?.()));
    for (const sql of BEFORE) await opened.#monitor.query(sql);
    return opened;
  }

  /** Replays a script on tables as they are at the beginning. */
  async run(script: RandomScript): Promise<readonly ReplayedStep[]> {
    await this.#monitor.query(['TRUNCATE stock, line, hold RESTART IDENTITY', ...BEFORE.filter((sql) => sql.startsWith('INSERT'))].join('; '));
    return replay(this, script);
  }

  start(session: string, sql: string, done: (outcome: string) => void): void {
    const client = this.#clients.get(session);
    if (client === undefined) throw new Error(`no session ${session}`);
    this.#pending.add(session);
    this.#changedAt = performance.now();
    const ended = (outcome: string): void => {
      this.#ready.set(session, () => {
        this.#ready.delete(session);
        this.#pending.delete(session);
        this.#answered += 1;
        this.#changedAt = performance.now();
        done(outcome);
        this.#wake();
      });
    };
    client.query({ text: sql, rowMode: 'array' }).then(
      (result) => ended(resultLine(result.command, result.rowCount, result.rows as (string | null)[][])),
      (error: pg.DatabaseError) => ended(errorLine(error.code ?? '', error.message)),
    );
  }

  async quiet(): Promise<void> {
    // Most statements answer at once.
    await this.#answerOr(POLL_MS);
    let calm = 0;
    while (this.#pending.size > 0) {
      const before = this.#answered;
      const { rows } = await this.#monitor.query<Watched>({
        name: 'watch',
        text: WATCH,
        values: [[...this.#pending].map((name) => this.#pids.get(name))],
      });
      const isCalm = before === this.#answered && rows.every(({ kind, blockers }) => kind === 'Lock' && blockers.length > 0) && !isCircle(rows);
      calm = isCalm ? calm + 1 : 0;
      // The rows of one answer were not looked at in the same instant: two of them must agree.
      if (calm >= 2) {
        const left = this.#changedAt + LOOKED_MS - performance.now();
        if (left <= 0) return;
        calm = 0;
        await this.#answerOr(left);
      } else if (calm === 0) await this.#answerOr(POLL_MS);
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#monitor, ...this.#clients.values()].map((client) => client.end()));
    await this.#stop();
  }

  /** Waits for the next answer, but no longer than so many milliseconds. */
  async #answerOr(milliseconds: number): Promise<void> {
    if (this.#pending.size === 0) return;
    const abort = new AbortController();
    const answer = new Promise<void>((resolve) => (this.#wake = resolve));
    await Promise.race([answer, sleep(milliseconds, undefined, { signal: abort.signal }).catch(() => undefined)]);
    abort.abort();
    this.#wake = () => undefined;
  }
}
