import { direction, link, type Pair, type ServerTopology, type Topology } from '../nemesis/fault.js';
import type { Network } from '../network.js';
import type { Passage, Rule } from '../network-rules.js';

/** Who was there in a run, and who talked to whom. */
export interface SeenTopology extends Topology {
  readonly pairs: readonly Pair[];
}

/** Those of these targets of faults, each a process or two of them, in which somebody is named who was not there. */
export function absentTargets({ clients, servers, pairs }: SeenTopology, targets: readonly string[]): readonly string[] {
  const names = [...new Set([...clients, ...servers.map(({ name }) => name), ...pairs.flatMap(({ from, to }) => [from, to])])];
  const known = new Set([...names, ...names.flatMap((one) => names.flatMap((other) => [link(one, other), direction(one, other)]))]);
  return [...new Set(targets)].filter((target) => !known.has(target));
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
