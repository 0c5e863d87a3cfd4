import { isIP } from 'node:net';
import { activeWorld } from '../kernel/active-world.js';
import type { Incarnation, SimProcess } from '../kernel/process.js';
import type { World } from '../kernel/world.js';
import type { Endpoint, Network } from '../network.js';

/** Ports that nobody asked for by number come from here, as on Linux. */
const FIRST_EPHEMERAL_PORT = 32_768;
const LAST_EPHEMERAL_PORT = 60_999;

/** The address of the process that has this number (`SimProcess.id`): `10.0.0.N`, where the first has 1. */
export const hostAddress = (id: number): string => `10.0.${(id + 1) >> 8}.${(id + 1) & 255}`;

const LOOPBACK = /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|::1|0\.0\.0\.0|::|::ffff:127\.\d+\.\d+\.\d+)$/;

/** Where a connection goes: a process, or nowhere, with the name that the operating system has for that. */
export type Route = { readonly to: SimProcess } | { readonly error: 'ECONNREFUSED' | 'EHOSTUNREACH' };

/** Whose connection it is, as the accepting side sees it. */
export interface RemoteAddress {
  readonly address: string;
  readonly port: number;
  /** It was opened on the same machine. */
  readonly isLoopback: boolean;
}

/**
 * The hosts of a world in which ordinary Node code runs. Every process is a machine: its name is its host name, and its
 * address is 10.0.0.N. Loopback names mean the process itself; where nothing of its own listens on that port, they mean the
 * one process that does, so that code with a configured `localhost` needs no change.
 */
export class NodeHosts {
  private readonly nextPort = new Map<SimProcess, number>();
  private readonly openers = new WeakMap<Endpoint, RemoteAddress>();
  private readonly kept = new Set<{ abandon(): void }>();

  constructor(readonly network: Network) {}

  get world(): World {
    return this.network.world;
  }

  addressOf(process: SimProcess): string {
    return hostAddress(process.id);
  }

  /** The address that a name stands for; an address stands for itself. Null when there is no such host. */
  resolve(name: string): string | null {
    if (isIP(name) !== 0) return name;
    if (isLoopback(name)) return '127.0.0.1';
    const process = this.world.processes.find((process) => process.name.toLowerCase() === name.toLowerCase());
    return process === undefined ? null : this.addressOf(process);
  }

  /** Where a connection of `own` to an address goes. */
  route(own: Incarnation, address: string, port: number): Route {
    if (!isLoopback(address)) {
      const to = this.processAt(address);
      return to === null ? { error: 'EHOSTUNREACH' } : { to };
    }
    if (this.network.isListeningOn(own.process, port)) return { to: own.process };
    const [only, ...others] = this.network.listenersOn(port).filter((process) => process !== own.process);
    return only === undefined || others.length > 0 ? { error: 'ECONNREFUSED' } : { to: only };
  }

  /** A port that nothing on this process's machine listens on. */
  freePort(process: SimProcess): number {
    for (;;) {
      const port = this.nextPort.get(process) ?? FIRST_EPHEMERAL_PORT;
      this.nextPort.set(process, port === LAST_EPHEMERAL_PORT ? FIRST_EPHEMERAL_PORT : port + 1);
      if (!this.network.isListeningOn(process, port)) return port;
    }
  }

  /** The process that has this address; null when none has. */
  processAt(address: string): SimProcess | null {
    const [first, second, high, low, ...more] = address.replace('::ffff:', '').split('.').map(Number);
    if (first !== 10 || second !== 0 || high === undefined || low === undefined || more.length > 0) return null;
    return this.world.processes[high * 256 + low - 1] ?? null;
  }

  /** Notes which address and port a connection was opened from. */
  remember(opener: Endpoint, address: RemoteAddress): void {
    this.openers.set(opener, address);
  }

  /** Notes what holds something that is not freed together with the memory of a run, until it is closed. */
  keep(handle: { abandon(): void }): void {
    this.kept.add(handle);
  }

  /** It has been closed. */
  forget(handle: { abandon(): void }): void {
    this.kept.delete(handle);
  }

  /** The run is over: frees what was never closed in it. */
  release(): void {
    for (const handle of this.kept) handle.abandon();
    this.kept.clear();
  }

  /** Where an accepted connection comes from. */
  remoteAddress(accepted: Endpoint): RemoteAddress {
    const known = accepted.peer === null ? undefined : this.openers.get(accepted.peer);
    return known ?? { address: this.addressOf(accepted.remote), port: this.freePort(accepted.remote), isLoopback: false };
  }
}

export const isLoopback = (nameOrAddress: string): boolean => LOOPBACK.test(nameOrAddress.toLowerCase());

const hosts = new WeakMap<World, NodeHosts>();

/** From now on ordinary Node code runs in the processes of this world (see `installVirtualNode`). */
export function attachNodeHosts(world: World, network: Network): NodeHosts {
  const made = new NodeHosts(network);
  hosts.set(world, made);
  return made;
}

/** The hosts of a world; undefined where only the simulator's own ports lead out of a process. */
export const nodeHostsOf = (world: World): NodeHosts | undefined => hosts.get(world);

/** The living process whose code is running, where it runs as ordinary Node code; else null. */
export function runningNode(): { readonly own: Incarnation; readonly hosts: NodeHosts } | null {
  const world = activeWorld();
  if (world === null || world.current === null) return null;
  const found = hosts.get(world);
  return found === undefined ? null : { own: world.current, hosts: found };
}
