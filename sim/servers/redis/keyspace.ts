import { refuse, WRONG_TYPE } from './command-error.js';
import { NEVER } from './values/entry.js';
import type { Entry, HashEntry, ListEntry, SetEntry, SortedSetEntry, StringEntry } from './values/entry.js';

/** What a keyspace needs of its engine. */
export interface KeyspaceOwner {
  /** The time by which keys expire, in milliseconds of the wall clock: fixed while one command, script or transaction runs. */
  readonly nowMs: number;
  /** The key is about to be removed because its time is over. */
  keyExpired(keyspace: Keyspace, key: string): void;
  /** The key was changed by a command. */
  keyChanged(keyspace: Keyspace, key: string): void;
}

/** One numbered database: keys, what they hold, and lazy expiry. */
export class Keyspace {
  readonly index: number;
  readonly #owner: KeyspaceOwner;
  #entries = new Map<string, Entry>();

  constructor(index: number, owner: KeyspaceOwner) {
    this.index = index;
    this.#owner = owner;
  }

  /** The entry of a key that has not expired. Redis's rule: a key is dead once the clock is past its last millisecond. */
  find(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || this.#owner.nowMs <= entry.expireAt) return entry;
    this.#owner.keyExpired(this, key);
    this.#entries.delete(key);
    return undefined;
  }

  /** Whether the key is there but its time is over: it will be gone for whoever looks. */
  isOverdue(key: string): boolean {
    const entry = this.#entries.get(key);
    return entry !== undefined && this.#owner.nowMs > entry.expireAt;
  }

  /** Whether there is anything under the key, overdue or not. */
  holds(key: string): boolean {
    return this.#entries.has(key);
  }

  string(key: string): StringEntry | undefined {
    const entry = this.find(key);
    if (entry !== undefined && entry.type !== 'string') refuse(WRONG_TYPE);
    return entry;
  }

  hash(key: string): HashEntry | undefined {
    const entry = this.find(key);
    if (entry !== undefined && entry.type !== 'hash') refuse(WRONG_TYPE);
    return entry;
  }

  list(key: string): ListEntry | undefined {
    const entry = this.find(key);
    if (entry !== undefined && entry.type !== 'list') refuse(WRONG_TYPE);
    return entry;
  }

  set(key: string): SetEntry | undefined {
    const entry = this.find(key);
    if (entry !== undefined && entry.type !== 'set') refuse(WRONG_TYPE);
    return entry;
  }

  sortedSet(key: string): SortedSetEntry | undefined {
    const entry = this.find(key);
    if (entry !== undefined && entry.type !== 'zset') refuse(WRONG_TYPE);
    return entry;
  }

  /** Puts an entry under the key, without a word to anyone: follow it with `changed`. */
  put(key: string, entry: Entry): void {
    this.#entries.set(key, entry);
  }

  /** Removes the key and tells of it; false when there was none. */
  remove(key: string): boolean {
    if (this.find(key) === undefined) return false;
    this.#entries.delete(key);
    this.changed(key);
    return true;
  }

  /** To be called after every change: breaks WATCHes, and marks the command as one to be logged. */
  changed(key: string): void {
    this.#owner.keyChanged(this, key);
  }

  /** Like `changed`, for a collection that may have lost its last element: Redis keeps no empty ones. */
  shrunk(key: string, size: number): void {
    if (size === 0) this.#entries.delete(key);
    this.changed(key);
  }

  /** The keys that have not expired, in the order in which they were made. Those that have are removed on the way. */
  keys(): string[] {
    const keys: string[] = [];
    for (const key of [...this.#entries.keys()]) if (this.find(key) !== undefined) keys.push(key);
    return keys;
  }

  clear(): void {
    this.#entries = new Map();
  }

  /** How many keys expire, and how long they live on the average, in milliseconds. */
  get expiring(): number {
    return this.#lives().length;
  }

  get averageTtlMs(): number {
    const lives = this.#lives();
    return lives.length === 0 ? 0 : Math.floor(lives.reduce((sum, life) => sum + life, 0) / lives.length);
  }

  #lives(): number[] {
    return [...this.#entries.values()].filter(({ expireAt }) => expireAt !== NEVER).map(({ expireAt }) => Math.max(0, expireAt - this.#owner.nowMs));
  }

  /** How many keys there are, overdue ones included. */
  get size(): number {
    return this.#entries.size;
  }
}
