import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Draws, type DrawStream } from '../kernel/draws.js';
import { linksOf, type ChaosEpisode, type ChaosFaultCounts, type ChaosSite, type ChaosStage } from './chaos-fault.js';
import { chaosFaults } from './chaos-faults.js';

/** How long an episode waits for its moment. */
const AMBUSH_MS = 2_000;
/** How long an episode waits for something that it changes. */
const NOTICED_WITHIN_MS = 1_500;
/** How long before a target that is down is looked at again. */
const RETRY_MS = 20;

/** Carries out a plan on real processes. */
export class ChaosNemesis {
  readonly counts: ChaosFaultCounts = {};
  readonly #healing = new AbortController();
  readonly #episodes: Promise<void>[] = [];
  readonly #draws: Draws;

  constructor(
    private readonly stage: ChaosStage,
    private readonly plan: readonly ChaosEpisode[],
    seed: number,
  ) {
    this.#draws = new Draws(seed);
    setMaxListeners(0, this.#healing.signal);
  }

  /** Each episode starts at its time from now. */
  start(): void {
    for (const [index, episode] of this.plan.entries()) this.#episodes.push(this.#carryOut(episode, index));
  }

  /** Waits for `ms`. Rejects as soon as a fault cannot be done or undone (a server does not start again). */
  async during(ms: number): Promise<void> {
    const trouble = Promise.all(this.#episodes).then(() => this.#wait(ms));
    await Promise.race([this.#wait(ms), trouble]);
  }

  /** Ends every episode, and lets none begin any more. Resolves when all is undone. */
  async heal(): Promise<void> {
    this.#healing.abort();
    await Promise.all(this.#episodes);
  }

  async #carryOut(episode: ChaosEpisode, index: number): Promise<void> {
    const { signal } = this.#healing;
    const fault = chaosFaults.get(episode.kind);
    if (fault === undefined) return;
    await this.#wait(episode.atMs);
    await this.#ambush(episode, this.#draws.stream(`ambush/${index}`));
    const count = (this.counts[episode.kind] ??= { injected: 0, effective: 0 });
    let noticed: () => void = () => undefined;
    const firstEffect = new Promise<void>((resolve) => (noticed = resolve));
    const site = this.#site(episode, index, () => {
      count.effective += 1;
      noticed();
    });
    for (; !signal.aborted; await this.#wait(RETRY_MS)) {
      const undo = await fault.begin(site);
      if (undo === null) continue;
      count.injected += 1;
      // Its length counts from its first effect: a link that is silent for as long as it is cut was not cut.
      await Promise.race([firstEffect, this.#wait(NOTICED_WITHIN_MS)]);
      await this.#wait(episode.forMs);
      await undo();
      return;
    }
  }

  #site(episode: ChaosEpisode, index: number, onFirstEffect: () => void): ChaosSite {
    let counted = false;
    return {
      ...this.stage,
      episode,
      draws: this.#draws.stream(`nemesis/${index}`),
      affects: (client) => {
        if (counted || !this.#busy(client)) return;
        counted = true;
        onFirstEffect();
      },
    };
  }

  #busy(name?: string): boolean {
    const clients = name === undefined ? [...this.stage.clients.values()] : [this.stage.clients.get(name)];
    return clients.some((client) => client?.busy() === true);
  }

  /**
   * Waits for a moment in which the fault will matter: bytes pass a link that it concerns, for an operation under way.
   * A fault of a client itself mostly waits until they pass while it holds a lease.
   */
  async #ambush({ kind, target }: ChaosEpisode, draws: DrawStream): Promise<void> {
    const client = this.stage.clients.get(target);
    const seekHolder = (kind === 'pause' || kind === 'crash') && draws.next(3) > 0;
    const ripe = (name: string): boolean => (client !== undefined && seekHolder ? client.holding() : this.#busy(name));
    const concerned = linksOf(target, this.stage.links);
    let lifts: readonly (() => void)[] = [];
    const moment = new Promise<void>((resolve) => {
      lifts = concerned.map((link) =>
        link.impose({
          onChunk: () => {
            if (ripe(link.client)) resolve();
            return null;
          },
          effective: () => undefined,
        }),
      );
    });
    await Promise.race([moment, this.#wait(AMBUSH_MS)]);
    for (const lift of lifts) lift();
  }

  /** Until `ms` are over, or the healing begins. */
  async #wait(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#healing.signal }).catch(() => undefined);
  }
}
