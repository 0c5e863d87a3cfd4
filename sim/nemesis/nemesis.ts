import type { FaultKind } from '../../src/locks/envelope.js';
import type { SimProcess } from '../kernel/process.js';
import type { World } from '../kernel/world.js';
import type { Network } from '../network.js';
import type { Episode, FaultSite } from './fault.js';
import { faults } from './faults.js';

/** How often a kind of fault began, and how often that changed anything for an operation that was under way. */
export interface FaultCount {
  injected: number;
  effective: number;
}

export type FaultCounts = Partial<Record<FaultKind, FaultCount>>;

/** What the nemesis needs to know of the run. */
export interface NemesisSurroundings {
  readonly world: World;
  readonly network: Network;
  process(name: string): SimProcess;
  busy(client?: string): boolean;
  memoryOf(server: string): number;
  /** Whether there is anything now that the episode could hit; always, when absent. */
  canBegin?(episode: Episode): boolean;
  /** Is told when an episode begins and ends. */
  onEpisode?(episode: Episode, phase: 'begins' | 'ends'): void;
}

/** Carries out a fault plan. */
export class Nemesis {
  readonly counts: FaultCounts = {};
  private readonly active = new Set<() => void>();
  private healed = false;

  constructor(
    private readonly around: NemesisSurroundings,
    private readonly plan: readonly Episode[],
  ) {}

  /** Begins the chaos phase: each episode starts at its time from now. */
  start(): void {
    const { world } = this.around;
    const begun = world.now;
    this.plan.forEach((episode, index) => {
      const at = begun + episode.atMs * 1000;
      world.at(at, 'fault', () => this.begin(episode, index, at + episode.forMs * 1000));
    });
  }

  /** Ends every episode, and lets none begin any more. */
  heal(): void {
    this.healed = true;
    for (const end of [...this.active]) end();
  }

  private begin(episode: Episode, index: number, until: number): void {
    if (this.healed || this.around.canBegin?.(episode) === false) return;
    const { world } = this.around;
    const count = (this.counts[episode.kind] ??= { injected: 0, effective: 0 });
    let counted = false;
    const site: FaultSite = {
      ...this.around,
      episode,
      until,
      draws: world.draws.stream(`nemesis/${index}`),
      effective: () => {
        if (!counted) count.effective += 1;
        counted = true;
      },
    };
    const stop = faults[episode.kind].begin(site);
    if (stop === null) return;
    count.injected += 1;
    this.around.onEpisode?.(episode, 'begins');
    world.note(`${episode.kind} begins: ${episode.target}, ${episode.forMs} ms, strength ${episode.strength}`);
    const end = (): void => {
      if (!this.active.delete(end)) return;
      stop();
      this.around.onEpisode?.(episode, 'ends');
      world.note(`${episode.kind} ends: ${episode.target}`);
    };
    this.active.add(end);
    if (faults[episode.kind].permanent !== true) world.at(until, 'heal', end);
  }
}
