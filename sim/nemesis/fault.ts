import type { EnvelopeBounds, FaultKind } from '../../src/locks/envelope.js';
import type { DrawStream } from '../kernel/draws.js';
import type { SimProcess } from '../kernel/process.js';
import type { World } from '../kernel/world.js';
import type { Network } from '../network.js';
import type { Passage } from '../network-rules.js';

/**
 * One fault, as data: it begins `atMs` after the chaos phase began, lasts `forMs`, and hits `target` with `strength` (what
 * both mean, the kind says).
 */
export interface Episode {
  readonly kind: FaultKind;
  readonly atMs: number;
  readonly forMs: number;
  readonly target: string;
  readonly strength: number;
}

/** Who is there to be hit. */
export interface Topology {
  readonly clients: readonly string[];
  readonly servers: readonly ServerTopology[];
  /** Who opens connections to whom; every client to every server when absent. */
  readonly pairs?: readonly Pair[];
}

/** Two processes that talk, the one that opens the connection first. */
export interface Pair {
  readonly from: string;
  readonly to: string;
}

export interface ServerTopology {
  readonly name: string;
  /** Whether the envelope promises that it never loses its memory. */
  readonly durable: boolean;
  /** The servers it sends datagrams to. */
  readonly peers: readonly string[];
}

/** What a fault is drawn within. */
export interface FaultScope {
  readonly topology: Topology;
  readonly ttlMs: number;
  /** How long the chaos phase is. */
  readonly horizonMs: number;
  /** The envelope to stay inside; null when the kind was asked for by name and may go outside. */
  readonly bounds: EnvelopeBounds | null;
}

/** Whole numbers from `min` to `max`. Here they may be negative; shrinking goes towards the number nearest to 0. */
export interface FaultRange {
  readonly min: number;
  readonly max: number;
}

/** A kind of fault. One a file. */
export interface Fault {
  readonly kind: FaultKind;
  /** What it does, and what `target` and `strength` mean, in one sentence: the legend of traces and plans. */
  readonly about: string;
  /** The targets that this world has for it; none means that this world cannot carry it. */
  targets(topology: Topology): readonly string[];
  lengthMs(scope: FaultScope): FaultRange;
  strength(scope: FaultScope): FaultRange;
  /** How many episodes a run has at the most; 3 when absent. */
  mostEpisodes?(topology: Topology): number;
  /** Acts from the start of the chaos phase to its end, whatever the drawn times. */
  readonly permanent?: boolean;
  /** Begins the episode; what it returns ends it. Null when it cannot begin now (its target is down). */
  begin(site: FaultSite): (() => void) | null;
}

/** What an episode works on. */
export interface FaultSite {
  readonly world: World;
  readonly network: Network;
  readonly episode: Episode;
  /** True time at which the episode will be over. */
  readonly until: number;
  /** The episode's own entropy. */
  readonly draws: DrawStream;
  process(name: string): SimProcess;
  /** Whether an operation of the client is under way, or it holds a lease; without a name: of any client. */
  busy(client?: string): boolean;
  /** How much a server remembers that a crash would take. */
  memoryOf(server: string): number;
  /** To be called when the episode changed the fate or the time of a message, timer or lease that a live operation depended on. */
  effective(): void;
}

/** The target `a-b`: both directions between two processes. */
export const link = (one: string, other: string): string => `${one}-${other}`;
/** The target `a>b`: one direction. */
export const direction = (from: string, to: string): string => `${from}>${to}`;

export const pairs = (topology: Topology): readonly Pair[] =>
  topology.pairs ?? topology.clients.flatMap((from) => topology.servers.map((server) => ({ from, to: server.name })));

export const links = (topology: Topology): string[] => pairs(topology).map(({ from, to }) => link(from, to));

export const everyone = (topology: Topology): string[] => [...topology.clients, ...topology.servers.map((server) => server.name)];

/** Whether a message passes over the target: a link, a direction, or any link of one process. */
export function concerns(target: string, passage: Passage): boolean {
  const from = passage.from.name;
  const to = passage.to.name;
  return target === from || target === to || target === link(from, to) || target === link(to, from) || target === direction(from, to);
}

/** Whether an operation depends on this process now: one of its own, or of a process that is connected to it. */
export const isNeeded = (site: FaultSite, process: SimProcess): boolean =>
  site.busy(process.name) || site.network.peersOf(process).some((peer) => site.busy(peer.name));

/** Adds a rule to the network; what it returns takes it away again. */
export function impose(site: FaultSite, judge: (passage: Passage) => ReturnType<Network['rules'][number]['judge']>): () => void {
  const rule = {
    judge,
    effective: ({ transport, from, to }: Passage) => {
      if (transport === 'datagram' ? site.busy() : site.busy(from.name) || site.busy(to.name)) site.effective();
    },
  };
  site.network.rules.push(rule);
  return () => {
    const at = site.network.rules.indexOf(rule);
    if (at >= 0) site.network.rules.splice(at, 1);
  };
}

/** Sets the target's wall clock wrong by `strength` ms from now on; effective when it is read for an operation. */
export function stepWall(site: FaultSite): void {
  const { target, strength } = site.episode;
  const process = site.process(target);
  process.wall.step(site.world.now, strength * 1000);
  if (strength === 0) return;
  process.wall.watch(() => {
    if (!isNeeded(site, process)) return false;
    site.effective();
    return true;
  });
}
