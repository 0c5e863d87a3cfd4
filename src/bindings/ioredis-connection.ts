import { performance } from 'node:perf_hooks';
import { ok, refused, unknown } from '../base/outcome.js';
import { microseconds, type Duration } from '../base/time.js';
import type { RedisOutcome, RedisReply } from '../ports/redis.js';
import { withDeadline } from './with-deadline.js';

/** The part of an ioredis client that we use. `ioredis-mock` has it too, without `status` and `call`. */
export interface IoredisClient {
  duplicate(override: object): IoredisClient;
  readonly status?: string;
  call?(command: string, ...args: string[]): Promise<unknown>;
  on(event: 'ready' | 'end', listener: () => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'message', listener: (channel: string, message: string) => void): unknown;
  off(event: 'ready' | 'end', listener: () => void): unknown;
  disconnect(): void;
}

/**
 * What every connection of ours overrides, whatever the user's client was made with.
 *
 * ioredis would by itself keep a command while it is offline, send it again after a reconnect, and give it up after twenty
 * tries: a caller who was told "timeout" at 100 ms would see it take effect a minute later, or twice. So: no queue while
 * offline, nothing sent again, and all that is unanswered fails at the moment in which the connection does.
 */
const OUTCOMES_ARE_OURS = {
  lazyConnect: false,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  reconnectOnError: null,
  enableAutoPipelining: false,
  commandTimeout: undefined, // deadlines are ours, per request
  stringNumbers: false,
  keyPrefix: '', // it would reach the keys of some commands and not of others
} as const;

export interface ConnectionOptions {
  /** False: a connection that ends stays ended. */
  readonly reconnect: boolean;
  /** A connection that owes an answer and is silent this long is taken for dead, and closed. */
  readonly deadAfterMs: number;
  readonly onError?: (error: Error) => void;
}

/** One connection, and what became of each command that it was given. */
export class IoredisConnection {
  readonly client: IoredisClient;
  #lastError = 'no connection to Redis yet';
  #changed: Promise<void> | null = null;

  constructor(template: IoredisClient, { reconnect, deadAfterMs, onError }: ConnectionOptions) {
    const retryStrategy = reconnect ? (times: number) => Math.min(times * 20, 500) : () => null;
    this.client = template.duplicate({ ...OUTCOMES_ARE_OURS, retryStrategy, socketTimeout: deadAfterMs });
    // An `error` event that nobody hears would end the process.
    this.client.on('error', (error: Error) => {
      this.#lastError = error.message === '' ? error.name : error.message;
      onError?.(error);
    });
  }

  /** Sends one command. Never rejects. */
  async send(args: readonly string[], timeout: Duration): Promise<RedisOutcome> {
    const start = performance.now();
    if (!(await this.#ready(timeout))) return refused({ reason: 'unavailable', message: this.#lastError });
    const left = microseconds(timeout - Math.floor((performance.now() - start) * 1000));
    return await withDeadline(left, unknown('timeout'), this.#dispatch(args));
  }

  close(): void {
    this.client.disconnect();
  }

  /** Written, or refused, before this returns its promise: between the look at `status` and the write nothing can happen. */
  async #dispatch(args: readonly string[]): Promise<RedisOutcome> {
    try {
      return ok(asReply(await call(this.client, args)));
    } catch (error) {
      return fateOf(error, this.client);
    }
  }

  async #ready(timeout: Duration): Promise<boolean> {
    const { client } = this;
    if (isReady(client)) return true;
    if (client.status === 'end') return false;
    await withDeadline(timeout, undefined, this.#nextChange());
    return isReady(client);
  }

  /** Resolves when the connection is open, or has ended for good. One pair of listeners serves all who wait. */
  #nextChange(): Promise<void> {
    this.#changed ??= new Promise<void>((resolve) => {
      const settle = (): void => {
        this.client.off('ready', settle);
        this.client.off('end', settle);
        this.#changed = null;
        resolve();
      };
      this.client.on('ready', settle);
      this.client.on('end', settle);
    });
    return this.#changed;
  }
}

/** An in-process stand-in has no status, and is always there. */
const isReady = ({ status }: IoredisClient): boolean => status === undefined || status === 'ready';

/** What ioredis keeps book of, by lower-case names only. */
const BOOKED: ReadonlySet<string> = new Set([
  'subscribe',
  'unsubscribe',
  'psubscribe',
  'punsubscribe',
  'ssubscribe',
  'sunsubscribe',
  'multi',
  'exec',
  'select',
  'quit',
]);

/** As the caller wrote it, so that errors quote that; but of the reply to a lower-case `hgetall` ioredis makes an object. */
function nameFor(command: string): string {
  const name = command.toLowerCase();
  if (BOOKED.has(name)) return name;
  return name === 'hgetall' ? 'HGETALL' : command;
}

async function call(client: IoredisClient, args: readonly string[]): Promise<unknown> {
  const [command = '', ...rest] = args;
  if (client.call !== undefined) return await client.call(nameFor(command), ...rest);
  const method: unknown = Reflect.get(client, command.toLowerCase());
  if (typeof method !== 'function') throw new Error(`ERR unknown command '${command}'`);
  return await (Reflect.apply(method, client, rest) as Promise<unknown>);
}

function fateOf(thrown: unknown, { status }: IoredisClient): RedisOutcome {
  const { name, message } = thrown instanceof Error ? thrown : new Error(String(thrown));
  if (name === 'ReplyError' || status === undefined) return refused({ reason: 'error-reply', code: firstWord(message), message });
  // The one error that ioredis gives before it writes; any other may come after the server has the command.
  if (message.startsWith("Stream isn't writeable")) return refused({ reason: 'unavailable', message });
  return unknown('connection-lost');
}

const firstWord = (message: string): string => /^[A-Z][A-Z0-9]*(?= |$)/.exec(message)?.[0] ?? 'ERR';

function asReply(reply: unknown): RedisReply {
  if (typeof reply === 'string' || typeof reply === 'number') return reply;
  if (Array.isArray(reply)) return reply.map(asReply);
  if (reply instanceof Error) return { error: reply.message };
  if (reply === null || reply === undefined || typeof reply === 'boolean') return null; // ioredis-mock gives Lua's false as it is
  if (isRecord(reply)) return Object.entries(reply).flat().map(asReply); // ioredis-mock's HGETALL
  throw new TypeError(`ioredis answered a ${typeof reply}`);
}

const isRecord = (reply: unknown): reply is object => typeof reply === 'object' && reply !== null && Object.getPrototypeOf(reply) === Object.prototype;
