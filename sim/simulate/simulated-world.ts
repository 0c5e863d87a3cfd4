import type { RedisReply } from '../../src/ports/redis.js';

/** What a test under `simulate` builds its world with. The test itself runs in it too, as the process `test`, which no fault hits. */
export interface SimulatedWorld {
  /** The seed of this run. */
  readonly seed: number;
  /** True virtual time since the start, in milliseconds. No clock of any process has to agree. */
  readonly nowMs: number;
  /**
   * Starts a process: `start` is its main function, and runs again, with new memory, after each crash. Its name is its host
   * name. Inside it, clocks, timers, random numbers, `net` and `http` are its own; so is every effect of what it awaits.
   */
  process(name: string, start: (own: ProcessContext) => unknown, options?: ProcessOptions): SimulatedProcess;
  /** Starts a simulated Redis server, reached by its name as host name. */
  redis(name: string, options?: RedisServerOptions): SimulatedRedis;
  /** Starts a simulated PostgreSQL server, reached by its name as host name, by any user. */
  postgres(name: string, options?: PostgresServerOptions): SimulatedPostgres;
  /** Waits in virtual time. */
  sleep(ms: number): Promise<void>;
  /** Waits until `condition` holds, looked at after every event; fails the run when it does not within `withinMs` (60,000) of virtual time. */
  until(condition: () => boolean, options?: UntilOptions): Promise<void>;
  /** A whole number from `min` to `max`, both included, drawn from the seed. Shrinking goes towards `min`. */
  integer(min: number, max: number): number;
  /** From now on `holds` must be true (or null: nothing wrong) after every event of the run; what else it returns says what is wrong. */
  always(name: string, holds: () => boolean | string | null): void;
  /** Adds a line to the story of this run. */
  note(text: string): void;
  /** Ends all faults, and lets none begin any more: from here on progress may be asked for. */
  calm(): void;
}

export interface ProcessOptions {
  /** False: no fault hits this process itself (it is the observer, or the customer). True when absent. */
  readonly faults?: boolean;
}

export interface RedisServerOptions {
  /** 6379 when absent. */
  readonly port?: number;
  /** Asked of every client, when given. */
  readonly password?: string;
  /** Whether it keeps its data over a restart, as with an append-only file synced at each write. True when absent. */
  readonly durable?: boolean;
}

export interface PostgresServerOptions {
  /** 5432 when absent. */
  readonly port?: number;
  /** Asked of every client, in clear text, when given. */
  readonly password?: string;
}

export interface UntilOptions {
  readonly withinMs?: number;
  /** What is waited for, for the message. */
  readonly what?: string;
}

/** What the main function of a process is given. */
export interface ProcessContext {
  readonly name: string;
  /** 1 in its first life, 2 after the first restart... */
  readonly life: number;
  /** Waits by this process's own clock. */
  sleep(ms: number): Promise<void>;
  /** Adds a line to the story of this run, under the process's name. */
  note(text: string): void;
}

/** A process as the test sees it. */
export interface SimulatedProcess {
  readonly name: string;
  readonly isAlive: boolean;
  /** Resolves, in the test, when the promise that `start` returned has resolved, in whatever life. What `start` throws fails the run. */
  readonly finished: Promise<void>;
  /** Takes its memory, timers and connections away. It stays down until `restart`. */
  crash(): void;
  /** Starts it anew; crashes it first when it is alive. */
  restart(): void;
  /** Stops it for so long, as SIGSTOP and SIGCONT do. */
  pause(ms: number): void;
}

/** A simulated Redis server as the test sees it. */
export interface SimulatedRedis {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** `redis://name:port`, with the password if there is one. */
  readonly url: string;
  readonly isAlive: boolean;
  /** Runs a command directly at the server: no message, no time, no fault. To prepare and to look. Throws on an error reply, or when it is down. */
  run(...args: readonly (string | number)[]): RedisReply;
  crash(): void;
  restart(): void;
}

export type PostgresParameter = string | number | bigint | boolean | null;

/** Whole and floating numbers and booleans as they are in JavaScript; all else as the text that `psql` shows. */
export type PostgresCell = string | number | boolean | null;
export type PostgresRow = Readonly<Record<string, PostgresCell>>;

/** A simulated PostgreSQL server as the test sees it. What was committed survives its crashes. */
export interface SimulatedPostgres {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** `postgres://postgres@name:port/postgres`, with the password if there is one. */
  readonly url: string;
  readonly isAlive: boolean;
  /**
   * Runs a statement directly at the server, or several when there are no parameters, each as a transaction of its own: no
   * message, no time, no fault. To prepare and to look; gives the rows of the last one. Throws on an error, on a statement that
   * would have to wait for a lock, or when it is down.
   */
  run(sql: string, params?: readonly PostgresParameter[]): readonly PostgresRow[];
  crash(): void;
  restart(): void;
}
