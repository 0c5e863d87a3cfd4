import type { FaultKind } from '../../src/locks/envelope.js';
import type { Episode, ServerTopology } from '../nemesis/fault.js';
import type { Network } from '../network.js';
import { UserInputError } from '../user-input-error.js';
import { shown } from './settings.js';
import type { UserProcess } from './user-process.js';
import type { UserServer } from './user-server.js';

/** The process that the test itself runs in. */
export const TEST = 'test';

/** Who takes part in a run: the processes and servers that the test made. */
export class Cast {
  private readonly processes = new Map<string, UserProcess>();
  private readonly servers = new Map<string, UserServer>();

  constructor(private readonly network: Network) {}

  addProcess(process: UserProcess): UserProcess {
    this.processes.set(process.name, process);
    return process;
  }

  addServer<Server extends UserServer>(server: Server): Server {
    this.servers.set(server.name, server);
    return server;
  }

  /** A name that is free, and fit for a host. */
  newName(name: string): string {
    if (typeof name !== 'string' || !/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(name) || /^[\d.]+$/.test(name)) {
      throw new UserInputError(`the name of a process is its host name: letters, digits, dots and hyphens, got ${shown(name)}`);
    }
    if ([TEST, 'world', 'localhost'].includes(name)) throw new UserInputError(`no process can be called ${name}: that name is taken; choose another`);
    if (this.processes.has(name) || this.servers.has(name)) throw new UserInputError(`there is already a process ${name} in this run: names are used once`);
    return name;
  }

  /** The names of the processes that faults may hit themselves. */
  get hit(): readonly string[] {
    return [...this.processes.values()].filter(({ isHit }) => isHit).map(({ name }) => name);
  }

  get serverTopology(): readonly ServerTopology[] {
    return [...this.servers.values()].map(({ name, durable }) => ({ name, durable, peers: [] }));
  }

  memoryOf(server: string): number {
    return this.servers.get(server)?.memorySize ?? 0;
  }

  /** Whether something is under way that depends on this process: it has not finished, or serves one that has not. */
  busy(name?: string): boolean {
    const process = name === undefined ? undefined : this.processes.get(name);
    if (process === undefined) return name === undefined || name === TEST;
    return process.isAlive && (!process.isDone || this.network.peersOf(process.sim).some((peer) => this.isAtWork(peer.name)));
  }

  private isAtWork(name: string): boolean {
    const process = this.processes.get(name);
    return name === TEST || (process !== undefined && process.isAlive && !process.isDone);
  }

  /** Whether there is anything now that an episode could hit. */
  canBegin({ kind, target }: Episode): boolean {
    if (linkFaults.has(kind) || this.servers.has(target)) return true;
    const process = this.processes.get(target);
    if (process === undefined) return false;
    // Who has finished and serves nobody has exited, as Node does: there is nothing left to die.
    return kind !== 'crash' || !process.isDone || this.network.isListening(process.sim);
  }

  /** The processes whose main function has not even been called. */
  get unborn(): readonly string[] {
    return [...this.processes.values()].filter(({ hasBegun }) => !hasBegun).map(({ name }) => name);
  }

  /** Who has not come to an end, in words. */
  whoIsMissing(): string {
    const unfinished = [...this.processes.values()].filter((process) => process.isAlive && !process.isDone).map(({ name }) => name);
    const down = [...this.processes.values(), ...this.servers.values()].filter((process) => !process.isAlive).map(({ name }) => name);
    const who =
      unfinished.length === 0
        ? 'every process that is up has finished'
        : `not finished: ${unfinished.join(', ')} (a dynamic import(), a real I/O, or a client that was made outside of the process never ends in it: see freshModule)`;
    return down.length === 0 ? who : `${who}; down: ${down.join(', ')}`;
  }
}

/** Their targets are links, not processes. */
const linkFaults: ReadonlySet<FaultKind> = new Set<FaultKind>(['delay', 'stall', 'one-way-partition', 'partial-partition', 'reply-lost']);
