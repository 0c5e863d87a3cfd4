import type { Bench, Reading, Rounds } from './bench.js';

/** One line of a report: a contender's figure over all rounds. */
export interface Row {
  readonly measure: string;
  readonly contender: string;
  readonly unit: string;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** How it compares with the base: the median of the ratios of each round. 1 for the base; null where the base has no such figure. */
  readonly ratio: number | null;
  /** The least and the greatest of these ratios. */
  readonly ratioRange: readonly [number, number] | null;
}

export const defaultRounds: Rounds = { counted: 9, warmUp: 2 };

/**
 * Lets the contenders work in turns, all of them in each round: what disturbs the machine for a while disturbs them all.
 * Each round begins with another one, so that none always comes after the same.
 */
export async function measure({ base, contenders, rounds }: Bench, { counted, warmUp }: Rounds = rounds ?? defaultRounds): Promise<Row[]> {
  const readings = new Readings(base);
  for (let round = -warmUp; round < counted; round += 1) {
    const first = (round + warmUp) % contenders.length;
    for (const contender of [...contenders.slice(first), ...contenders.slice(0, first)]) {
      const figures = await contender.round();
      if (round >= 0) for (const figure of figures) readings.add(round, contender.name, figure);
    }
  }
  return readings.rows(contenders.map(({ name }) => name));
}

interface Measured {
  readonly unit: string;
  /** Values by round, by contender. */
  readonly byContender: Map<string, Map<number, number>>;
}

/** What was read, by measure, contender and round. */
class Readings {
  private readonly measures = new Map<string, Measured>();

  constructor(private readonly base: string) {}

  add(round: number, contender: string, { measure, unit, value }: Reading): void {
    let measured = this.measures.get(measure);
    if (measured === undefined) this.measures.set(measure, (measured = { unit, byContender: new Map<string, Map<number, number>>() }));
    let byRound = measured.byContender.get(contender);
    if (byRound === undefined) measured.byContender.set(contender, (byRound = new Map<number, number>()));
    byRound.set(round, value);
  }

  /** By measure, as they were first read; in each, by contender, in the given order. */
  rows(contenders: readonly string[]): Row[] {
    return [...this.measures].flatMap(([measure, { unit, byContender }]) =>
      contenders.flatMap((contender) => {
        const byRound = byContender.get(contender);
        if (byRound === undefined) return [];
        const values = [...byRound.values()];
        const ratios = ratiosByRound(byRound, byContender.get(this.base));
        const ratio = ratios.length === 0 ? null : median(ratios);
        const ratioRange = ratios.length === 0 ? null : ([Math.min(...ratios), Math.max(...ratios)] as const);
        return [{ measure, contender, unit, median: median(values), min: Math.min(...values), max: Math.max(...values), ratio, ratioRange }];
      }),
    );
  }
}

/** The middle value; of an even number of values, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  if (upper === undefined) throw new RangeError('the median of no values');
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] as number)) / 2;
}

/** Round against round, as both were disturbed by the same neighbours. */
function ratiosByRound(byRound: ReadonlyMap<number, number>, baseByRound: ReadonlyMap<number, number> | undefined): readonly number[] {
  return [...byRound].flatMap(([round, value]) => {
    const base = baseByRound?.get(round);
    return base === undefined || base === 0 ? [] : [value / base];
  });
}
