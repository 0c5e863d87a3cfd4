const UNITS: Readonly<Record<string, readonly [part: 'months' | 'days' | 'microseconds', size: number]>> = {
  microsecond: ['microseconds', 1],
  us: ['microseconds', 1],
  millisecond: ['microseconds', 1000],
  ms: ['microseconds', 1000],
  second: ['microseconds', 1_000_000],
  sec: ['microseconds', 1_000_000],
  s: ['microseconds', 1_000_000],
  minute: ['microseconds', 60_000_000],
  min: ['microseconds', 60_000_000],
  m: ['microseconds', 60_000_000],
  hour: ['microseconds', 3_600_000_000],
  hr: ['microseconds', 3_600_000_000],
  h: ['microseconds', 3_600_000_000],
  day: ['days', 1],
  d: ['days', 1],
  week: ['days', 7],
  w: ['days', 7],
  month: ['months', 1],
  mon: ['months', 1],
  year: ['months', 12],
  y: ['months', 12],
};
const DAY_US = 86_400_000_000;

/** A length of time as the server keeps it: months, days and microseconds apart. */
export class Interval {
  readonly months: number;
  readonly days: number;
  readonly microseconds: number;

  constructor(months: number, days: number, microseconds: number) {
    this.months = months;
    this.days = days;
    this.microseconds = microseconds;
  }

  /** Numbers with units, `HH:MM[:SS]`, `ago`. Undefined when it is anything else. */
  static parse(text: string): Interval | undefined {
    const sum = { months: 0, days: 0, microseconds: 0 };
    let rest = text.trim().toLowerCase();
    if (rest === '') return undefined;
    const ago = rest.endsWith(' ago');
    if (ago) rest = rest.slice(0, -4);
    while (rest !== '') {
      const clock = /^([+-]?)(\d+):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?\s*/.exec(rest);
      const counted = clock === null ? /^([+-]?\d+(?:\.\d+)?)\s*([a-z]*)\s*/.exec(rest) : null;
      if (clock !== null) {
        const [, sign, hours, minutes, seconds = '0', fraction = ''] = clock;
        const length = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1_000_000 + Number(fraction.padEnd(6, '0'));
        sum.microseconds += sign === '-' ? -length : length;
        rest = rest.slice(clock[0].length);
      } else if (counted !== null) {
        const name = counted[2] === '' ? 'second' : (counted[2] ?? '');
        const unit = UNITS[name] ?? UNITS[name.replace(/s$/, '')];
        const count = Number(counted[1]);
        if (unit === undefined) return undefined;
        if (unit[0] !== 'microseconds' && !Number.isInteger(count * unit[1])) {
          if (unit[0] === 'months') return undefined;
          sum.days += Math.trunc(count * unit[1]);
          sum.microseconds += Math.round((count * unit[1] - Math.trunc(count * unit[1])) * DAY_US);
        } else sum[unit[0]] += Math.round(count * unit[1]);
        rest = rest.slice(counted[0].length);
      } else return undefined;
    }
    const result = new Interval(sum.months, sum.days, sum.microseconds);
    return ago ? result.times(-1) : result;
  }

  toString(): string {
    const parts: string[] = [];
    const years = Math.trunc(this.months / 12);
    const months = this.months % 12;
    if (years !== 0) parts.push(`${years} ${years === 1 ? 'year' : 'years'}`);
    if (months !== 0) parts.push(`${months} ${months === 1 ? 'mon' : 'mons'}`);
    if (this.days !== 0) parts.push(`${this.days} ${this.days === 1 ? 'day' : 'days'}`);
    if (this.microseconds !== 0 || parts.length === 0) parts.push(clockText(this.microseconds));
    return parts.join(' ');
  }

  plus(other: Interval): Interval {
    return new Interval(this.months + other.months, this.days + other.days, this.microseconds + other.microseconds);
  }

  times(factor: number): Interval {
    const months = this.months * factor;
    const days = this.days * factor + (months - Math.trunc(months)) * 30;
    const rest = Math.round((days - Math.trunc(days)) * DAY_US);
    return new Interval(Math.trunc(months), Math.trunc(days), Math.round(this.microseconds * factor) + rest);
  }

  /** For comparing: a month counts as 30 days. */
  get length(): number {
    return (this.months * 30 + this.days) * DAY_US + this.microseconds;
  }
}

function clockText(microseconds: number): string {
  const size = Math.abs(microseconds);
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const fraction = size % 1_000_000;
  const tail = fraction === 0 ? '' : `.${String(fraction).padStart(6, '0').replace(/0+$/, '')}`;
  return `${microseconds < 0 ? '-' : ''}${two(size / 3_600_000_000)}:${two((size / 60_000_000) % 60)}:${two((size / 1_000_000) % 60)}${tail}`;
}
