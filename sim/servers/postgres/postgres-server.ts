import type { Incarnation, ProcessFactory } from '../../kernel/process.js';
import { runAs } from '../../kernel/run-as.js';
import type { Endpoint, Network } from '../../network.js';
import type { PostgresAnswer, PostgresProblem, PostgresResult } from './postgres-answer.js';
import { PostgresEngine, type PostgresEvents } from './postgres-engine.js';
import type { PostgresSession } from './postgres-session.js';
import type { CommitRecord } from './recovery/commit-record.js';
import { type PooledClient, TransactionPooler } from './transaction-pooler.js';

const WRITE_AHEAD_LOG = 'pg_wal';

export interface PostgresServerOptions {
  /** Whether a pooler in transaction mode stands between it and the clients that send no bytes. It does not pass notifications on. */
  readonly pooled?: boolean;
  /** A port on which it also speaks bytes: `attach` puts a wire protocol between the engine and each connection. */
  readonly tcp?: { readonly port: number; readonly attach: (engine: PostgresEngine, endpoint: Endpoint) => void };
}

/** What a simulated process sends on a connection without bytes. */
export interface PostgresRequest {
  readonly sql: string;
  readonly params: readonly (string | null)[];
}

/** What it is sent: the answer of each request, in order, and between them whatever the server tells by itself. */
export type PostgresMessage =
  | { readonly kind: 'answer'; readonly answer: PostgresAnswer }
  | { readonly kind: 'notification'; readonly channel: string; readonly payload: string }
  | { readonly kind: 'terminated'; readonly problem: PostgresProblem };

/** A handle on what the server remembers in its present life. */
export interface PostgresMemory {
  /**
   * Runs one statement in a session of its own: no message, no time, no fault. Throws on an error, on a statement that would
   * have to wait, and while the server is down.
   */
  run(sql: string, params?: readonly (string | null)[]): PostgresResult;
}

/**
 * A simulated PostgreSQL: the engine, behind connections, with a write-ahead log that is synced before each commit is
 * answered (`synchronous_commit = on`). A crash ends every transaction and keeps what was committed.
 */
export function postgresServer(network: Network, { tcp, pooled = false }: PostgresServerOptions = {}): { factory: ProcessFactory; memory: PostgresMemory } {
  let living: { incarnation: Incarnation; engine: PostgresEngine; session: PostgresSession | null } | null = null;
  const factory: ProcessFactory = (incarnation) => {
    const { world, process } = incarnation;
    const draws = world.draws.stream(`${incarnation.name}/random`);
    const { disk } = process;
    const engine = new PostgresEngine({
      now: () => process.wall.at(world.now),
      setTimer: (lengthUs, callback) => incarnation.setTimer(lengthUs, callback),
      random: (bound) => draws.next(bound),
      onCommit: (record) => {
        disk.append(WRITE_AHEAD_LOG, record);
        disk.sync(WRITE_AHEAD_LOG);
      },
    });
    for (const record of disk.read(WRITE_AHEAD_LOG)) engine.replay(record as CommitRecord);
    living = { incarnation, engine, session: null };
    const pooler = pooled ? new TransactionPooler(engine) : null;
    network.listen(incarnation, (endpoint) => serveMessages((events) => pooler?.open() ?? engine.open(events), endpoint));
    if (tcp !== undefined) network.listen(incarnation, (endpoint) => tcp.attach(engine, endpoint), tcp.port);
  };
  const memory: PostgresMemory = {
    run(sql, params = []) {
      if (living?.incarnation.live !== true) throw new Error(`cannot run ${sql}: the server is down`);
      living.session ??= living.engine.open();
      const { session } = living;
      let answer: PostgresAnswer | undefined;
      runAs(living.incarnation, () => session.execute(sql, params, (given) => (answer = given)));
      if (answer === undefined) {
        session.close();
        living.session = null;
        throw new Error(`${sql}: it would have to wait for a transaction of somebody else`);
      }
      if ('error' in answer) throw new Error(`${sql}: ${answer.error.message} (${answer.error.sqlstate})`);
      return answer;
    },
  };
  return { factory, memory };
}

/** Statements and answers as they are, for the ports of simulated processes: no bytes between. */
function serveMessages(open: (events: PostgresEvents) => PooledClient, endpoint: Endpoint): void {
  const session = open({
    notify: ({ channel, payload }) => send({ kind: 'notification', channel, payload }),
    terminate: (problem) => {
      isOver = true;
      send({ kind: 'terminated', problem });
      endpoint.close();
    },
  });
  const send = (message: PostgresMessage): void => endpoint.send(message);
  let isOver = false;
  let isBusy = false;
  let hasClient = true;
  endpoint.handlers = {
    message(payload) {
      if (isOver) return;
      const { sql, params } = payload as PostgresRequest;
      isBusy = true;
      session.execute(sql, params, (answer) => {
        isBusy = false;
        if (hasClient) send({ kind: 'answer', answer });
        else session.close();
      });
    },
    closed() {
      hasClient = false;
      // A real server looks at its connection only between statements: one that waits for a row goes on waiting, and is done
      // when it gets it, whether anybody is still there or not (P8).
      if (!isBusy && !isOver) session.close();
    },
  };
}
