import type { Outcome } from '../base/outcome.js';
import type { Duration } from '../base/time.js';

/**
 * The part of Redis that Holdfast speaks: commands, scripts, a session of one's own for WATCH and MULTI, and channels.
 * Text is UTF-8 both ways.
 *
 * No call rejects for what the network or the server did: that is the outcome. `refused` means that it did not happen,
 * `unknown` that it may have, now or later.
 */
export interface RedisPort {
  command(args: readonly string[], options: RedisCallOptions): Promise<RedisOutcome>;
  /** Runs a script by its digest, and by its text when the server does not know the digest (any more). */
  eval(script: RedisScript, keys: readonly string[], args: readonly string[], options: RedisCallOptions): Promise<RedisOutcome>;
  /** A connection of its own, for commands that leave state in it (WATCH, MULTI). A session that loses its connection stays lost. */
  session(): Promise<RedisSession>;
  /** Listens to a channel; messages may be missed whenever the connection breaks. Resolves when the server has confirmed. */
  subscribe(channel: string, listener: (message: string) => void, options: RedisCallOptions): Promise<Outcome<RedisSubscription, RedisRefusal>>;
}

export interface RedisCallOptions {
  /** How long to wait for the answer, by this process's own clock, before the outcome is `unknown`. */
  readonly timeout: Duration;
}

/** A Lua script. Its text is what the server digests: never build it from values. */
export interface RedisScript {
  /** For traces and errors. */
  readonly name: string;
  readonly lua: string;
}

export interface RedisSession {
  command(args: readonly string[], options: RedisCallOptions): Promise<RedisOutcome>;
  close(): void;
}

export interface RedisSubscription {
  close(): void;
}

/**
 * A reply: bulk and status strings both arrive as strings, integers as numbers (rounded beyond 2^53, and not by every client alike: let
 * Redis answer those as text), errors inside arrays as `RedisReplyError`.
 */
export type RedisReply = string | number | null | RedisReplyError | readonly RedisReply[];

export interface RedisReplyError {
  readonly error: string;
}

export type RedisOutcome = Outcome<RedisReply, RedisRefusal>;

export type RedisRefusal =
  /** The server answered with this error. `code` is its first word (`WRONGTYPE`, `NOSCRIPT`, `ERR`...). */
  | { readonly reason: 'error-reply'; readonly code: string; readonly message: string }
  /** No connection could be made, so nothing was sent. */
  | { readonly reason: 'unavailable'; readonly message: string };
