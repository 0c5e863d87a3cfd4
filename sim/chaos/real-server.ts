/** A real server of our own, as faults see it. It comes back on the same port, with all that it had acknowledged. */
export interface RealServer {
  readonly name: string;
  readonly port: number;
  /** Whether it serves, if it is not paused: not while it is down, and not before it has started completely. */
  readonly up: boolean;
  readonly paused: boolean;
  /** Starts it again, and waits until it answers. Rejects when it does not. */
  start(): Promise<void>;
  /** Ends it, all its processes, in an instant. Resolves when it is gone. */
  kill(): Promise<void>;
  /** Ends it in good order; with force, when it does not listen. */
  stop(): Promise<void>;
  /** Stops its execution; the kernel still accepts connections and bytes for it. */
  pause(): void;
  resume(): void;
  /** Absent where nothing may take what it remembers. */
  readonly memory?: ServerMemory;
  /** Absent where a server is a single process. */
  readonly backends?: ServerBackends;
}

export interface ServerMemory {
  /** Whether it has written anything down since it had no memory. */
  any(): boolean;
  /** Takes all of it. Only while the server is down. */
  wipe(): void;
}

/** A server with a process for each connection. */
export interface ServerBackends {
  /** Ends one that works for a client (at `pick` of so many), if there is one. Resolves to null, or what waits until the server has recovered. */
  killOne(pick: (count: number) => number): (() => Promise<void>) | null;
}
