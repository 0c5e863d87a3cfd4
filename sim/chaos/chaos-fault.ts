import type { FaultKind } from '../../src/locks/envelope.js';
import type { DrawStream } from '../kernel/draws.js';
import type { Episode, FaultRange, Topology } from '../nemesis/fault.js';
import type { FaultCount } from '../nemesis/nemesis.js';
import type { ClientProcess } from './client-process.js';
import type { ProxyLink } from './proxy.js';
import type { RealServer } from './real-server.js';

/** What only real servers can meet, beside the kinds that a simulated world has. */
export type RealFaultKind = 'server-pause' | 'backend-kill' | 'pooler-kill' | 'commit-reply-lost';
export type ChaosFaultKind = FaultKind | RealFaultKind;
export type ChaosFaultCounts = Partial<Record<ChaosFaultKind, FaultCount>>;

export interface ChaosTopology extends Topology {
  /** The servers that clients reach through a pooler. */
  readonly pooled: readonly string[];
}

export type ChaosEpisode = Omit<Episode, 'kind'> & { readonly kind: ChaosFaultKind };

/** Who and what can be hit. */
export interface ChaosStage {
  readonly clients: ReadonlyMap<string, ClientProcess>;
  readonly servers: ReadonlyMap<string, RealServer>;
  /** By the name of the server that it stands before. */
  readonly poolers: ReadonlyMap<string, RealServer>;
  readonly links: readonly ProxyLink[];
}

/** What an episode works on. */
export interface ChaosSite extends ChaosStage {
  readonly episode: ChaosEpisode;
  /** The episode's own entropy. */
  readonly draws: DrawStream;
  /**
   * To be called when the episode may have changed the fate or the time of something of a client (of any, when none is
   * named). It counts when an operation of that client was under way.
   */
  affects(client?: string): void;
}

/** How a fault is done to real processes and connections. */
export interface ChaosAction<Kind extends ChaosFaultKind> {
  readonly kind: Kind;
  /** About how often it begins... */
  readonly everyMs: number;
  /** ...and how often in a short run. A link may be silent when it is cut, so what hits links needs a second try. */
  readonly atLeast: number;
  lengthMs(ttlMs: number): FaultRange;
  readonly strength: FaultRange;
  /** Begins the episode; what it returns ends it. Null when it cannot begin now (its target is down). */
  begin(site: ChaosSite): Promise<(() => Promise<void>) | null>;
}

/** What target and strength mean, `sim/nemesis` says. */
export type SharedFault = ChaosAction<FaultKind>;

export interface RealFault extends ChaosAction<RealFaultKind>, FaultMeaning {}

export interface FaultMeaning {
  /** The kind of an envelope that it belongs to: who survives that must survive this. */
  readonly within: FaultKind;
  /** What it does, in one sentence. */
  readonly about: string;
  targets(topology: ChaosTopology): readonly string[];
}

export type ChaosFault = ChaosAction<ChaosFaultKind> & FaultMeaning;

/** The links that a target names: one link, one direction of it, or all of one process. */
export function linksOf(target: string, links: readonly ProxyLink[]): ProxyLink[] {
  const names = target.split(/[->]/);
  return links.filter(({ client, server }) => names.every((name) => name === client || name === server));
}
