/** `12,345`: the same on every machine, whatever its language. */
export const count = (value: number): string => value.toLocaleString('en-US');

/** `1 seed`, `2 seeds`. */
export const counted = (value: number, one: string, many = `${one}s`): string => `${count(value)} ${value === 1 ? one : many}`;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `850 ms`, `12.5 s`, `3 min 20 s`, `5 h 12 min`, `2 d 3 h`: at most two units, rounded down. */
export function duration(milliseconds: number): string {
  const ms = Math.max(0, Math.floor(milliseconds));
  if (ms < 1_000) return `${ms} ms`;
  if (ms < MINUTE) return `${Math.floor(ms / 100) / 10} s`;
  if (ms < HOUR) return two(ms, MINUTE, 'min', 1_000, 's');
  if (ms < DAY) return two(ms, HOUR, 'h', MINUTE, 'min');
  return two(ms, DAY, 'd', HOUR, 'h');
}

function two(ms: number, large: number, largeName: string, small: number, smallName: string): string {
  const rest = Math.floor((ms % large) / small);
  return `${count(Math.floor(ms / large))} ${largeName}${rest === 0 ? '' : ` ${rest} ${smallName}`}`;
}
