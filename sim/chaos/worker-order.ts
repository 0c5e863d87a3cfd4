import type { ServerPorts } from './chaos-context.js';

/** What a worker process is started with: its one argument, as JSON. */
export interface WorkerOrder {
  readonly client: string;
  /** From 1. */
  readonly life: number;
  /** A name of ours or the path of a module. */
  readonly workload: string;
  readonly lock: string;
  readonly params: Readonly<Record<string, number>>;
  readonly seed: number;
  readonly ports: ServerPorts;
  /** Where the host's clock counts from, as a decimal string. */
  readonly clockOrigin: string;
}

/** `begin`: the stage is set. `last`: finish what is under way, do one operation more, and end. */
export type WorkerCommand = 'begin' | 'last';

/** `bad-input`: what it was to load cannot be meant. */
export type WorkerReport = { readonly kind: 'ready' } | { readonly kind: 'bad-input'; readonly message: string };

/** The file descriptor that a worker writes its records to; the file belongs to its parent. */
export const RECORDS_FD = 3;
