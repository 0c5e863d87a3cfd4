import type { Command } from './command.js';
import type { Keyspace } from './keyspace.js';
import type { RedisEngine } from './redis-engine.js';
import type { RespValue } from './resp-value.js';

/** Connections of which no address is known look as if they came from here on. */
const FIRST_PORT = 50_000;

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

/** What an engine may know of a connection. */
export interface ConnectionFacts {
  /** `host:port` of the client and of the server, for CLIENT LIST and CLIENT KILL. */
  readonly address?: string;
  readonly localAddress?: string;
  /** Whether the engine's password, if there is one, is asked for. False when absent. */
  readonly mayNeedPassword?: boolean;
  /** CLIENT KILL has closed the session: the connection must end, what was not sent yet is lost. */
  readonly onKill?: () => void;
}

/** Whether commands are answered: CLIENT REPLY. */
export type ReplyMode = 'on' | 'off' | 'skip-next' | 'skip';

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
  /** QUIT was answered, or the session killed itself: the connection should be closed once the answer is out. */
  quitting = false;
  readonly mayNeedPassword: boolean;
  isAuthenticated: boolean;
  replyMode: ReplyMode = 'on';
  /** For CLIENT LIST: when it was opened and when it last sent a command, in milliseconds of the server's clock, and that command. */
  readonly openedMs: number;
  lastUsedMs: number;
  lastCommand = 'NULL';
  readonly address: string;
  readonly localAddress: string;
  readonly #push: (message: RespValue) => void;
  readonly #onKill: (() => void) | undefined;
  #open = true;

  /** Made by `RedisEngine.open`. */
  constructor(engine: RedisEngine, id: number, db: Keyspace, push: (message: RespValue) => void, facts: ConnectionFacts = {}, openedMs = 0) {
    this.engine = engine;
    this.id = id;
    this.db = db;
    this.#push = push;
    this.#onKill = facts.onKill;
    this.address = facts.address ?? `127.0.0.1:${FIRST_PORT + id}`;
    this.localAddress = facts.localAddress ?? '127.0.0.1:6379';
    this.mayNeedPassword = facts.mayNeedPassword === true;
    this.isAuthenticated = !this.mayNeedPassword || engine.password === undefined;
    this.openedMs = openedMs;
    this.lastUsedMs = openedMs;
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

  /** Another session's CLIENT KILL. */
  kill(): void {
    if (!this.#open) return;
    this.close();
    this.#onKill?.();
  }

  /** Sends a message that answers no command. */
  push(message: readonly RespValue[]): void {
    if (this.#open) this.#push(this.protocol === 3 ? { push: message } : message);
  }
}
