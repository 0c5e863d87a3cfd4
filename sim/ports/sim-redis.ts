import { type Outcome, ok, refused, unknown, type Unknown } from '../../src/base/outcome.js';
import type {
  RedisCallOptions,
  RedisOutcome,
  RedisPort,
  RedisRefusal,
  RedisReply,
  RedisScript,
  RedisSession,
  RedisSubscription,
} from '../../src/ports/redis.js';
import type { Incarnation, SimProcess } from '../kernel/process.js';
import type { CloseReason, Endpoint, Network } from '../network.js';
import { fromBinary, toBinary } from '../servers/redis/binary-string.js';
import { plainReply } from '../servers/redis/plain-reply.js';
import type { RespValue } from '../servers/redis/resp-value.js';
import { scriptDigest } from './script-digest.js';

/**
 * The Redis port of a simulated process: what a good client does, over the simulated network. Commands are pipelined on one
 * connection; an answer that does not come in time ends that connection, and with it all that waited on it.
 */
export class SimRedis implements RedisPort {
  private connection: RedisConnection | null = null;

  constructor(
    private readonly network: Network,
    private readonly own: Incarnation,
    private readonly server: SimProcess,
  ) {}

  command(args: readonly string[], options: RedisCallOptions): Promise<RedisOutcome> {
    return this.live().request(args, options);
  }

  async eval(script: RedisScript, keys: readonly string[], args: readonly string[], options: RedisCallOptions): Promise<RedisOutcome> {
    const call = ['EVALSHA', scriptDigest(script), String(keys.length), ...keys, ...args];
    const outcome = await this.command(call, options);
    const isNew = outcome.status === 'refused' && outcome.refusal.reason === 'error-reply' && outcome.refusal.code === 'NOSCRIPT';
    return isNew ? this.command(['EVAL', script.lua, ...call.slice(2)], options) : outcome;
  }

  session(): Promise<RedisSession> {
    const connection = this.dial();
    return Promise.resolve({
      command: (args, options) => connection.request(args, options),
      close: () => connection.close(),
    });
  }

  async subscribe(channel: string, listener: (message: string) => void, options: RedisCallOptions): Promise<Outcome<RedisSubscription, RedisRefusal>> {
    const connection = this.dial((message) => {
      if (message[0] === 'message' && message[1] === channel) listener(message[2] as string);
    });
    const outcome = await connection.request(['SUBSCRIBE', channel], options);
    return outcome.status === 'ok' ? ok({ close: () => connection.close() }) : outcome;
  }

  private live(): RedisConnection {
    if (this.connection === null || !this.connection.isOpen) this.connection = this.dial();
    return this.connection;
  }

  private dial(onPush?: (message: readonly RedisReply[]) => void): RedisConnection {
    return new RedisConnection(this.network, this.own, this.server, onPush);
  }
}

interface Waiting {
  readonly settle: (outcome: RedisOutcome) => void;
  readonly deadline: { cancel(): void };
}

class RedisConnection {
  private readonly waiting: Waiting[] = [];
  private readonly endpoint: Endpoint;
  private over: RedisOutcome | null = null;

  constructor(
    network: Network,
    private readonly own: Incarnation,
    private readonly server: SimProcess,
    private readonly onPush: ((message: readonly RedisReply[]) => void) | undefined,
  ) {
    this.endpoint = network.connect(own, server, {
      message: (reply) => this.receive(reply as RespValue),
      closed: (reason) => this.closed(reason),
    });
  }

  get isOpen(): boolean {
    return this.over === null;
  }

  request(args: readonly string[], options: RedisCallOptions): Promise<RedisOutcome> {
    if (this.over !== null) return Promise.resolve(this.over);
    return new Promise((settle) => {
      const deadline = this.own.setTimer(options.timeout, () => this.end(unknown('timeout')));
      this.waiting.push({ settle, deadline });
      this.endpoint.send(args.map(toBinary));
    });
  }

  close(): void {
    this.end(unknown('connection-lost'));
  }

  private receive(reply: RespValue): void {
    if (this.onPush !== undefined && Array.isArray(reply) && reply[0] === 'message') {
      this.onPush(plainReply(reply) as readonly RedisReply[]);
      return;
    }
    const first = this.waiting.shift();
    if (first === undefined) return;
    first.deadline.cancel();
    first.settle(toOutcome(reply));
  }

  private closed(reason: CloseReason): void {
    this.end(reason === 'refused' ? refused({ reason: 'unavailable', message: `${this.server.name} refused the connection` }) : unknown('connection-lost'));
  }

  /** Answers are matched by their order, so once one is missing the rest cannot be trusted: the connection goes with it. */
  private end(outcome: Unknown | RedisOutcome): void {
    if (this.over !== null) return;
    this.over = outcome;
    this.endpoint.close();
    for (const { settle, deadline } of this.waiting.splice(0)) {
      deadline.cancel();
      settle(outcome);
    }
  }
}

function toOutcome(reply: RespValue): RedisOutcome {
  if (typeof reply === 'object' && reply !== null && 'error' in reply) {
    // As the binding of ioredis has it: a script may answer an error without a code.
    const code = /^[A-Z][A-Z0-9]*(?= |$)/.exec(reply.error)?.[0] ?? 'ERR';
    return refused({ reason: 'error-reply', code, message: fromBinary(reply.error) });
  }
  return ok(plainReply(reply));
}
