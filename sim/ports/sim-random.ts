import type { Random } from '../../src/ports/random.js';
import type { DrawStream } from '../kernel/draws.js';
import type { Incarnation } from '../kernel/process.js';

/** Random numbers of one life of a simulated process: draws, so that a scenario decides them. */
export class SimRandom implements Random {
  private readonly stream: DrawStream;
  private ids = 0;

  constructor(private readonly own: Incarnation) {
    this.stream = own.world.draws.stream(`${own.name}/random`);
  }

  integer(bound: number): number {
    return this.stream.next(bound);
  }

  /** Unique by construction, not by luck, so that shrinking the draws never makes two alike. Readable in a trace. */
  id(): string {
    this.ids += 1;
    return `${this.own.name}-${this.own.epoch}-${this.ids}`;
  }
}
