import type { ReplayedStep } from './replay.js';

/** What else must be hit beside each kind of statement. */
export const BRANCHES: readonly string[] = [
  'waits',
  'goes on after waiting',
  'several go on at once',
  'fails after waiting',
  ...['23503', '23505', '23514', '21000', '25001', '25P01', '25P02', '3B001', '40001', '40P01', '55P03'].map((state) => `SQLSTATE ${state}`),
  '40001 could not serialize access due to concurrent update',
  '40001 could not serialize access due to concurrent delete',
];

const ENDS = ['end', 'contents'];

/** How often each kind of statement was run, and how often it came to what. */
export class BranchTable {
  readonly #hits = new Map<string, number>();

  count(steps: readonly ReplayedStep[]): void {
    const waitsAt = new Map<string, string>();
    for (const { session, kind, answers, waiting } of steps) {
      if (!ENDS.includes(kind)) this.#add(kind);
      if (waiting.includes(session)) {
        this.#add('waits');
        this.#add(`${kind} = waits`);
        waitsAt.set(session, kind);
      }
      let woken = 0;
      for (const answer of answers) {
        const [name = '', outcome = ''] = answer.split(/: (.*)/s);
        const state = /^[0-9A-Z]{5}(?= )/.exec(outcome)?.[0];
        const isSqlState = state !== undefined && /\d/.test(state);
        const of = name === session ? kind : waitsAt.get(name);
        if (isSqlState) {
          this.#add(`SQLSTATE ${state}`);
          if (state === '40001') this.#add(outcome);
          this.#add(`${of ?? ''} = ${state}`);
        }
        if (name === session) continue;
        woken += 1;
        this.#add(isSqlState ? 'fails after waiting' : 'goes on after waiting');
        this.#add(`${of ?? ''} = goes on`);
        waitsAt.delete(name);
      }
      if (woken > 1) this.#add('several go on at once');
    }
  }

  hits(label: string): number {
    return this.#hits.get(label) ?? 0;
  }

  /** Those of the labels that were hit less often. */
  below(floor: number, labels: Iterable<string>): string[] {
    return [...labels].filter((label) => this.hits(label) < floor).map((label) => `${label}: ${this.hits(label)}`);
  }

  toString(): string {
    return [...this.#hits]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([label, hits]) => `${label.padEnd(64)} ${String(hits).padStart(7)}`)
      .join('\n');
  }

  #add(label: string): void {
    this.#hits.set(label, this.hits(label) + 1);
  }
}
