import type { Command } from './command.js';
import type { Keyspace } from './keyspace.js';
import type { RedisEngine } from './redis-engine.js';
import type { RespValue } from './resp-value.js';

/** What a session has queued since MULTI. */
export interface Transaction {
  readonly queue: { readonly command: Command; readonly args: readonly string[] }[];
  /** A command could not be queued: EXEC will refuse. */
  aborted: boolean;
}

export interface WatchedKey {
  readonly keyspace: Keyspace;
  readonly key: string;
  /** The key was overdue already when WATCH saw it, so its removal changes nothing. */
  overdue: boolean;
}

/** One client's connection: its database, MULTI queue, watched keys, subscriptions, name and protocol. */
export class RedisSession {
  readonly id: number;
  readonly engine: RedisEngine;
  db: Keyspace;
  name = '';
  /** RESP version. */
  protocol: 2 | 3 = 2;
  transaction: Transaction | undefined;
  readonly watched: WatchedKey[] = [];
  /** A watched key was changed: EXEC will do nothing. */
  watchBroken = false;
  readonly channels = new Set<string>();
  readonly patterns = new Set<string>();
  /** QUIT was answered: the connection should be closed once the answer is out. */
  quitting = false;
  readonly #push: (message: RespValue) => void;
  #open = true;

  /** Made by `RedisEngine.open`. */
  constructor(engine: RedisEngine, id: number, db: Keyspace, push: (message: RespValue) => void) {
    this.engine = engine;
    this.id = id;
    this.db = db;
    this.#push = push;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  get subscriptions(): number {
    return this.channels.size + this.patterns.size;
  }

  /**
   * Runs one command and returns its reply; undefined when it is answered by pushes alone (SUBSCRIBE and its kin).
   * Not to be called from within a push.
   */
  execute(args: readonly string[]): RespValue | undefined {
    return this.engine.execute(this, args);
  }

  /** Ends the connection: subscriptions, watches and the queue are gone. A closed session executes nothing. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.engine.forget(this);
  }

  /** Sends a message that answers no command. */
  push(message: readonly RespValue[]): void {
    if (this.#open) this.#push(this.protocol === 3 ? { push: message } : message);
  }
}
