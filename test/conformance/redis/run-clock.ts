/** The time in which one side of a comparison lives: real for real servers, virtual in the simulated world. */
export interface RunClock {
  /** Milliseconds that only grow. */
  elapsed(): number;
  /** The wall clock in milliseconds since 1970, the server's and ours. */
  wall(): number;
  sleep(milliseconds: number): Promise<void>;
}

/**
 * How a sequence spreads over time. Short lives last one unit, everything else at least a thousand seconds. Between two sleeps
 * a run may take half a unit, and a sleep takes two and a half: so no reading ever comes near the moment at which a key expires. A
 * run that was held up for longer proves nothing, and is repeated with longer units.
 */
export class TimeScale {
  constructor(readonly unitMs: number) {}

  get sleepMs(): number {
    return Math.ceil(2.5 * this.unitMs);
  }

  get toleranceMs(): number {
    return Math.floor(this.unitMs / 2);
  }

  /** By how much two readings of what is left of a short life may differ: whole seconds end at different moments on two clocks. */
  get readingToleranceMs(): number {
    return this.toleranceMs + (this.unitMs < 1000 ? 0 : 1000);
  }
}

const FAR_MS = 1_000_000;

/**
 * What a marker means now: `@short` and `@long` are lives in milliseconds, `@short-s` and `@long-s` in seconds; `@short-at`... the times
 * at which they end. Anything else is itself. A life in seconds that begins within one may last up to a second longer.
 */
export function resolveTime(arg: string, { unitMs }: TimeScale, wallMs: number): string {
  const [, length, seconds, at] = /^@(short|long)(-s)?(-at)?$/.exec(arg) ?? [];
  if (length === undefined) return arg;
  const life = length === 'short' ? unitMs : FAR_MS;
  const moment = at === undefined ? life : wallMs + life;
  return String(seconds === undefined ? moment : Math.ceil(moment / 1000));
}
