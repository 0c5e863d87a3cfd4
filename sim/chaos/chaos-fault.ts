import type { FaultKind } from '../../src/locks/envelope.js';
import type { DrawStream } from '../kernel/draws.js';
import type { Episode, FaultRange } from '../nemesis/fault.js';
import type { ClientProcess } from './client-process.js';
import type { ProxyLink } from './proxy.js';
import type { RealRedis } from './real-redis.js';

/** Who and what can be hit. */
export interface ChaosStage {
  readonly clients: ReadonlyMap<string, ClientProcess>;
  readonly servers: ReadonlyMap<string, RealRedis>;
  readonly links: readonly ProxyLink[];
}

/** What an episode works on. */
export interface ChaosSite extends ChaosStage {
  readonly episode: Episode;
  /** The episode's own entropy. */
  readonly draws: DrawStream;
  /**
   * To be called when the episode may have changed the fate or the time of something of a client (of any, when none is
   * named). It counts when an operation of that client was under way.
   */
  affects(client?: string): void;
}

/** How a kind of fault is done to real processes and connections. What target and strength mean, `sim/nemesis` says. */
export interface ChaosFault {
  readonly kind: FaultKind;
  /** About how often it begins... */
  readonly everyMs: number;
  /** ...and how often in a short run. A link may be silent when it is cut, so what hits links needs a second try. */
  readonly atLeast: number;
  lengthMs(ttlMs: number): FaultRange;
  readonly strength: FaultRange;
  /** Begins the episode; what it returns ends it. Null when it cannot begin now (its target is down). */
  begin(site: ChaosSite): Promise<(() => Promise<void>) | null>;
}

/** The links that a target names: one link, one direction of it, or all of one process. */
export function linksOf(target: string, links: readonly ProxyLink[]): ProxyLink[] {
  const names = target.split(/[->]/);
  return links.filter(({ client, server }) => names.every((name) => name === client || name === server));
}
