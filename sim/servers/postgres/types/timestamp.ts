import type { Interval } from './interval.js';

const DAY_US = 86_400_000_000;
const PATTERN = /^\s*(-?\d{4,})-(\d{1,2})-(\d{1,2})(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?)?\s*(Z|UTC|[+-]\d{1,2}(?::?\d{2})?)?\s*$/i;

/** Days since 1970 of a date of the Gregorian calendar (the algorithm of H. Hinnant: years begin in March). */
export function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468;
}

export function civilFromDays(days: number): readonly [year: number, month: number, day: number] {
  const z = days + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shifted + (shifted < 10 ? 3 : -9);
  return [yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1];
}

/** Microseconds since 1970 of an ISO text; without a zone it is UTC. Undefined when it is anything else. */
export function parseTimestamp(text: string): number | undefined {
  const word = text.trim().toLowerCase();
  if (word === 'infinity') return Infinity;
  if (word === '-infinity') return -Infinity;
  if (word === 'epoch') return 0;
  const match = PATTERN.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hours = '0', minutes = '0', seconds = '0', fraction = '', zone = ''] = match;
  const clock = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1_000_000 + Math.round(Number(`0.${fraction || '0'}`) * 1_000_000);
  if (Number(month) < 1 || Number(month) > 12 || Number(day) < 1 || Number(hours) > 24 || Number(minutes) > 59) return undefined;
  const days = daysFromCivil(Number(year), Number(month), Number(day));
  if (civilFromDays(days)[1] !== Number(month)) return undefined;
  const offset = /^([+-])(\d{1,2}):?(\d{2})?$/.exec(zone);
  const shift = offset === null ? 0 : (offset[1] === '-' ? -1 : 1) * (Number(offset[2]) * 60 + Number(offset[3] ?? 0)) * 60_000_000;
  return days * DAY_US + clock - shift;
}

/** The date alone: `YYYY-MM-DD`. */
export function formatDate(microseconds: number): string {
  if (!Number.isFinite(microseconds)) return microseconds < 0 ? '-infinity' : 'infinity';
  const [year, month, day] = civilFromDays(Math.floor(microseconds / DAY_US));
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

/** `YYYY-MM-DD HH:MM:SS[.ffffff]`, in UTC. */
export function formatTimestamp(microseconds: number): string {
  if (!Number.isFinite(microseconds)) return formatDate(microseconds);
  const clock = microseconds - Math.floor(microseconds / DAY_US) * DAY_US;
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const fraction = clock % 1_000_000;
  const tail = fraction === 0 ? '' : `.${String(fraction).padStart(6, '0').replace(/0+$/, '')}`;
  return `${formatDate(microseconds)} ${two(clock / 3_600_000_000)}:${two((clock / 60_000_000) % 60)}:${two((clock / 1_000_000) % 60)}${tail}`;
}

/** Months are added first, on the calendar (the last day of a shorter month at most), then days, then time. */
export function addInterval(microseconds: number, interval: Interval): number {
  if (!Number.isFinite(microseconds)) return microseconds;
  let days = Math.floor(microseconds / DAY_US);
  const clock = microseconds - days * DAY_US;
  if (interval.months !== 0) {
    const [year, month, day] = civilFromDays(days);
    const first = year * 12 + month - 1 + interval.months;
    const start = daysFromCivil(Math.floor(first / 12), (((first % 12) + 12) % 12) + 1, 1);
    const length = daysFromCivil(Math.floor((first + 1) / 12), ((((first + 1) % 12) + 12) % 12) + 1, 1) - start;
    days = start + Math.min(day, length) - 1;
  }
  return (days + interval.days) * DAY_US + clock + interval.microseconds;
}

export { DAY_US };
