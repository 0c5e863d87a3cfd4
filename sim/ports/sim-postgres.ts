import { assert } from '../../src/base/assert.js';
import { ok, refused, unknown, type Outcome } from '../../src/base/outcome.js';
import type {
  PostgresCallOptions,
  PostgresListener,
  PostgresOutcome,
  PostgresPort,
  PostgresRefusal,
  PostgresSession,
  PostgresStatement,
  PostgresSubscription,
  PostgresValue,
} from '../../src/ports/postgres.js';
import type { Incarnation, SimProcess } from '../kernel/process.js';
import type { CloseReason, Endpoint, Network } from '../network.js';
import type { PostgresAnswer } from '../servers/postgres/postgres-answer.js';
import type { PostgresMessage, PostgresRequest } from '../servers/postgres/postgres-server.js';

/**
 * The PostgreSQL port of a simulated process: what a good client does, over the simulated network. Single statements take an
 * idle connection, or open one more; an answer that does not come in time ends its connection.
 */
export class SimPostgres implements PostgresPort {
  private idle: PostgresConnection[] = [];

  constructor(
    private readonly network: Network,
    private readonly own: Incarnation,
    private readonly server: SimProcess,
  ) {}

  async query({ sql }: PostgresStatement, params: readonly PostgresValue[], { timeout }: PostgresCallOptions): Promise<PostgresOutcome> {
    this.idle = this.idle.filter((connection) => connection.isOpen);
    const connection = this.idle.pop() ?? this.dial();
    const outcome = await connection.request(sql, params, timeout);
    if (connection.isOpen) this.idle.push(connection);
    return outcome;
  }

  session(lost?: () => void): Promise<PostgresSession> {
    let isClosed = false;
    const connection = this.dial({
      notified: () => undefined,
      lost: () => {
        if (!isClosed) lost?.();
      },
    });
    return Promise.resolve({
      query: ({ sql }, params, { timeout }) => connection.request(sql, params, timeout),
      close: () => {
        isClosed = true;
        connection.close();
      },
    });
  }

  async listen(channel: string, listener: PostgresListener, { timeout }: PostgresCallOptions): Promise<Outcome<PostgresSubscription, PostgresRefusal>> {
    let isListening = false;
    const connection = this.dial({
      notified: (heard, payload) => {
        if (heard === channel) listener.notified(payload);
      },
      lost: () => {
        if (isListening) listener.lost();
      },
    });
    const answer = await connection.request(`LISTEN "${channel.replaceAll('"', '""')}"`, [], timeout);
    if (answer.status !== 'ok') {
      connection.close();
      return answer;
    }
    isListening = true;
    const close = (): void => {
      isListening = false;
      connection.close();
    };
    return ok({ close });
  }

  private dial(listener?: ConnectionListener): PostgresConnection {
    return new PostgresConnection(this.network, this.own, this.server, listener);
  }
}

interface ConnectionListener {
  notified(channel: string, payload: string): void;
  lost(): void;
}

/** The statement that is under way. */
interface Waiting {
  readonly settle: (outcome: PostgresOutcome) => void;
  readonly deadline: { cancel(): void };
}

class PostgresConnection {
  private waiting: Waiting | null = null;
  private readonly endpoint: Endpoint;
  /** Why nothing more can be asked of it. */
  private over: string | null = null;

  constructor(
    network: Network,
    private readonly own: Incarnation,
    private readonly server: SimProcess,
    private readonly listener: ConnectionListener | undefined,
  ) {
    this.endpoint = network.connect(own, server, {
      message: (message) => this.receive(message as PostgresMessage),
      closed: (reason) => this.closed(reason),
    });
  }

  get isOpen(): boolean {
    return this.over === null;
  }

  request(sql: string, params: readonly PostgresValue[], timeout: number): Promise<PostgresOutcome> {
    if (this.over !== null) return Promise.resolve(unavailable(this.over));
    assert(this.waiting === null, 'a session was given a statement before the one before was answered');
    return new Promise((settle) => {
      const deadline = this.own.setTimer(timeout, () => this.end('a statement was not answered in time', unknown('timeout')));
      this.waiting = { settle, deadline };
      this.endpoint.send({ sql, params } satisfies PostgresRequest);
    });
  }

  close(): void {
    this.end('the connection was closed', unknown('connection-lost'));
  }

  private receive(message: PostgresMessage): void {
    if (message.kind === 'notification') {
      this.listener?.notified(message.channel, message.payload);
      return;
    }
    if (message.kind === 'terminated') {
      this.end(message.problem.message, unknown('connection-lost'));
      return;
    }
    const { waiting } = this;
    if (waiting === null) return;
    this.waiting = null;
    waiting.deadline.cancel();
    waiting.settle(toOutcome(message.answer));
  }

  private closed(reason: CloseReason): void {
    const wasRefused = reason === 'refused';
    const words = wasRefused ? `${this.server.name} refused the connection` : 'the connection was lost';
    this.end(words, wasRefused ? unavailable(words) : unknown('connection-lost'));
  }

  private end(reason: string, outcome: PostgresOutcome): void {
    if (this.over !== null) return;
    this.over = reason;
    this.endpoint.close();
    const { waiting } = this;
    this.waiting = null;
    waiting?.deadline.cancel();
    waiting?.settle(outcome);
    this.listener?.lost();
  }
}

const unavailable = (message: string): PostgresOutcome => refused({ reason: 'unavailable', message });

function toOutcome(answer: PostgresAnswer): PostgresOutcome {
  if ('error' in answer) return refused({ reason: 'error', sqlstate: answer.error.sqlstate, message: answer.error.message });
  return ok({ command: answer.command, rowCount: answer.rowCount ?? 0, rows: answer.rows });
}
