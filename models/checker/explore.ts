import type { Engine } from './engine.js';
import { NO_PARENT } from './engine.js';

/** What a search has seen. */
export interface Exploration {
  /** Different states. */
  readonly distinct: number;
  /** The initial states, and one for every step out of every state. */
  readonly generated: number;
  /** Levels of the search; the initial states are the first. */
  readonly depth: number;
  /** False when the budget ended the search: then counts are of a part, and what was not violated is not known to hold. */
  readonly finished: boolean;
  /** For each invariant, in their order: where it is broken first, or null. */
  readonly broken: readonly (Found | null)[];
  /** The first state without a next one. */
  readonly stuck: Found | null;
  /** How often each instance was taken. */
  readonly taken: readonly number[];
  /** Of memory, for all states. */
  readonly bytes: number;
}

/** A state of interest. */
export interface Found {
  readonly state: number;
  /** In which level it was: the number of states on a shortest way to it. */
  readonly level: number;
}

export interface SearchOptions {
  /** How many states may be stored before the search gives up. */
  readonly maxStates: number;
  /** Told now and then how far it is. */
  readonly progress: (distinct: number, level: number) => void;
}

/** A look at the budget and a sign of life every so many states. */
const CHUNK = 16_384;

/** Breadth first, on one thread. Goes on after a violation, so that counts are of the whole space. */
export function explore(engine: Engine, { maxStates, progress }: SearchOptions): Exploration {
  for (const start of engine.initial) {
    engine.canonical(start, 0);
    engine.add(start, 0, NO_PARENT);
  }
  const findings = new Findings(engine);
  let generated = engine.initial.length;
  let depth = 0;
  let finished = true;
  for (let from = 0; from < engine.count() && finished;) {
    depth += 1;
    const to = engine.count();
    while (from < to && finished) {
      const until = Math.min(to, from + CHUNK);
      for (; from < until; from += 1) generated += engine.expand(from);
      progress(engine.count(), depth);
      finished = engine.count() <= maxStates;
    }
    findings.note(depth);
  }
  return { distinct: engine.count(), generated, depth, finished, ...findings.all(), taken: [...engine.taken], bytes: engine.bytes() };
}

/** Which levels the first findings of an engine are in. */
export class Findings {
  private readonly broken: (Found | null)[];
  private stuck: Found | null = null;

  constructor(private readonly engine: Engine) {
    this.broken = engine.invariants.map(() => null);
  }

  /** To be called after each level. */
  note(level: number): void {
    this.broken.forEach((found, invariant) => {
      const state = this.engine.firstBroken[invariant] ?? -1;
      if (found === null && state !== -1) this.broken[invariant] = { state, level };
    });
    const state = this.engine.firstStuck();
    if (this.stuck === null && state !== -1) this.stuck = { state, level };
  }

  all(): Pick<Exploration, 'broken' | 'stuck'> {
    return { broken: [...this.broken], stuck: this.stuck };
  }
}
