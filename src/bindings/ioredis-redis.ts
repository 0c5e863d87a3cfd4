import { createHash } from 'node:crypto';
import { ok, type Outcome } from '../base/outcome.js';
import { wholeNumber } from '../base/options.js';
import { microseconds } from '../base/time.js';
import type { RedisCallOptions, RedisOutcome, RedisPort, RedisRefusal, RedisScript, RedisSession, RedisSubscription } from '../ports/redis.js';
import { IoredisConnection, type IoredisClient } from './ioredis-connection.js';
import { systemClock } from './system-clock.js';

export interface IoredisPortOptions {
  /** A connection that owes an answer and is silent this long is closed, and made anew. Default 1000 ms. */
  readonly deadAfterMs?: number;
  /** Hears the errors of our connections (they are mended by themselves). Default: nobody does. */
  readonly onError?: (error: Error) => void;
}

/** A RedisPort with connections of its own. */
export interface IoredisPort extends RedisPort {
  /** Closes the connections that the port made. The client that it was given stays as it is. */
  close(): void;
}

/**
 * Redis by ioredis 5 (or `ioredis-mock`, which knows neither connections that fail nor MULTI in a session).
 *
 * `client` says where the server is and how to log in; it is only the pattern for connections of the port's own, whose
 * queueing and resending are switched off, because a command that was reported lost must not be sent later. Give the client
 * `lazyConnect: true` when nobody else uses it.
 */
export function ioredisPort(client: IoredisClient, options: IoredisPortOptions = {}): IoredisPort {
  return new IoredisRedis(client, options);
}

class IoredisRedis implements IoredisPort {
  readonly #template: IoredisClient;
  readonly #deadAfterMs: number;
  readonly #onError: { readonly onError?: (error: Error) => void };
  readonly #open = new Set<IoredisConnection>();
  readonly #main: IoredisConnection;
  readonly #digests = new Map<string, string>();

  constructor(client: IoredisClient, { deadAfterMs, onError }: IoredisPortOptions) {
    this.#template = client;
    this.#deadAfterMs = wholeNumber('deadAfterMs', deadAfterMs ?? 1000, 1);
    this.#onError = onError === undefined ? {} : { onError };
    this.#main = this.#connect(true);
  }

  command(args: readonly string[], { timeout }: RedisCallOptions): Promise<RedisOutcome> {
    return this.#main.send(args, timeout);
  }

  async eval(script: RedisScript, keys: readonly string[], args: readonly string[], { timeout }: RedisCallOptions): Promise<RedisOutcome> {
    const start = systemClock.now();
    const rest = [String(keys.length), ...keys, ...args];
    const byDigest = await this.#main.send(['EVALSHA', this.#digest(script.lua), ...rest], timeout);
    const unheardOf = byDigest.status === 'refused' && byDigest.refusal.reason === 'error-reply' && byDigest.refusal.code === 'NOSCRIPT';
    if (!unheardOf) return byDigest;
    // NOSCRIPT: it did not run, so its text may follow, within the same deadline.
    return await this.#main.send(['EVAL', script.lua, ...rest], microseconds(Math.max(1000, timeout - (systemClock.now() - start))));
  }

  session(): Promise<RedisSession> {
    const connection = this.#connect(false);
    return Promise.resolve({
      command: (args: readonly string[], { timeout }: RedisCallOptions) => connection.send(args, timeout),
      close: () => this.#close(connection),
    });
  }

  async subscribe(channel: string, listener: (message: string) => void, { timeout }: RedisCallOptions): Promise<Outcome<RedisSubscription, RedisRefusal>> {
    const connection = this.#connect(true);
    connection.client.on('message', (from: string, message: string) => {
      if (from === channel) listener(message);
    });
    const answer = await connection.send(['SUBSCRIBE', channel], timeout);
    if (answer.status === 'ok') return ok({ close: () => this.#close(connection) });
    this.#close(connection);
    return answer;
  }

  close(): void {
    for (const connection of this.#open) this.#close(connection);
  }

  #connect(reconnect: boolean): IoredisConnection {
    const connection = new IoredisConnection(this.#template, { reconnect, deadAfterMs: this.#deadAfterMs, ...this.#onError });
    this.#open.add(connection);
    return connection;
  }

  #close(connection: IoredisConnection): void {
    connection.close();
    this.#open.delete(connection);
  }

  #digest(lua: string): string {
    let digest = this.#digests.get(lua);
    if (digest === undefined) {
      digest = createHash('sha1').update(lua).digest('hex');
      this.#digests.set(lua, digest);
    }
    return digest;
  }
}
