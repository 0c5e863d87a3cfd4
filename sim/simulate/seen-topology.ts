import type { Pair, ServerTopology, Topology } from '../nemesis/fault.js';
import type { Network } from '../network.js';
import type { Passage, Rule } from '../network-rules.js';

/** Who was there in a run, and who talked to whom. */
export interface SeenTopology extends Topology {
  readonly pairs: readonly Pair[];
}

/** Notes who opens connections to whom; changes nothing. The links of the test itself are left out: no fault hits them. */
export class PairsSeen implements Rule {
  private readonly seen = new Map<string, Pair>();

  constructor(
    network: Network,
    private readonly observer: string,
  ) {
    network.rules.push(this);
  }

  judge({ part, isReply, from, to }: Passage): null {
    if (part === 'open' && !isReply && from !== to && from.name !== this.observer && to.name !== this.observer) {
      this.seen.set(`${from.name}>${to.name}`, { from: from.name, to: to.name });
    }
    return null;
  }

  effective(): void {}

  topology(clients: readonly string[], servers: readonly ServerTopology[]): SeenTopology {
    return { clients, servers, pairs: [...this.seen.values()] };
  }
}
