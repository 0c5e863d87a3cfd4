import { SqlError, unsupported } from '../sql-error.js';
import type { Interval } from '../types/interval.js';
import { Numeric } from '../types/numeric.js';
import { DATE, FLOAT8, INTERVAL, NUMERIC, TEXT, TIMESTAMP, TIMESTAMPTZ } from '../types/sql-type.js';
import { civilFromDays, DAY_US, daysFromCivil } from '../types/timestamp.js';
import { type Builder, oneOf, plain } from './function-builders.js';

const LENGTHS: Readonly<Record<string, number>> = {
  microseconds: 1,
  milliseconds: 1000,
  second: 1_000_000,
  minute: 60_000_000,
  hour: 3_600_000_000,
  day: DAY_US,
};
const MONDAY = 4;

function truncated(unit: string, at: number): number {
  const word = unit.toLowerCase();
  if (!Number.isFinite(at)) return at;
  const length = LENGTHS[word];
  if (length !== undefined) return Math.floor(at / length) * length;
  const days = Math.floor(at / DAY_US);
  const [year, month] = civilFromDays(days);
  if (word === 'week') return (days - ((((days - MONDAY) % 7) + 7) % 7)) * DAY_US;
  if (word === 'month') return daysFromCivil(year, month, 1) * DAY_US;
  if (word === 'quarter') return daysFromCivil(year, month - ((month - 1) % 3), 1) * DAY_US;
  if (word === 'year') return daysFromCivil(year, 1, 1) * DAY_US;
  throw unsupported(`date_trunc('${unit}', ...)`);
}

const whole = (value: number): Numeric => new Numeric(BigInt(value), 0);

function part(name: string, at: number): Numeric {
  const word = name.toLowerCase();
  if (!Number.isFinite(at)) throw unsupported(`extract(${name} from infinity)`);
  const days = Math.floor(at / DAY_US);
  const clock = at - days * DAY_US;
  const [year, month, day] = civilFromDays(days);
  const seconds = clock % 60_000_000;
  const weekday = (((days + MONDAY) % 7) + 7) % 7;
  switch (word) {
    case 'epoch':
      return new Numeric(BigInt(at), 6);
    case 'microseconds':
      return whole(seconds);
    case 'milliseconds':
      return new Numeric(BigInt(seconds), 3);
    case 'second':
      return new Numeric(BigInt(seconds), 6);
    case 'minute':
      return whole(Math.floor(clock / 60_000_000) % 60);
    case 'hour':
      return whole(Math.floor(clock / 3_600_000_000));
    case 'day':
      return whole(day);
    case 'month':
      return whole(month);
    case 'quarter':
      return whole(Math.ceil(month / 3));
    case 'year':
      return whole(year);
    case 'dow':
      return whole(weekday);
    case 'isodow':
      return whole(weekday === 0 ? 7 : weekday);
    case 'doy':
      return whole(days - daysFromCivil(year, 1, 1) + 1);
    default:
      throw unsupported(`extract(${name} from ...)`);
  }
}

const MONTHS_A_YEAR = 12;
const DAYS_A_YEAR = 365.25;
const DAYS_A_MONTH = 30;

function partOfLength(name: string, { months, days, microseconds }: Interval): Numeric {
  const clock = microseconds % 60_000_000;
  switch (name.toLowerCase()) {
    case 'epoch': {
      // A year has 365.25 days here, a month that is over 30: the server's own way.
      const allDays = Math.trunc(months / MONTHS_A_YEAR) * DAYS_A_YEAR + (months % MONTHS_A_YEAR) * DAYS_A_MONTH + days;
      return new Numeric(BigInt(allDays * DAY_US) + BigInt(microseconds), 6);
    }
    case 'second':
      return new Numeric(BigInt(clock), 6);
    case 'milliseconds':
      return new Numeric(BigInt(clock), 3);
    case 'minute':
      return whole(Math.trunc(microseconds / 60_000_000) % 60);
    case 'hour':
      return whole(Math.trunc(microseconds / 3_600_000_000));
    case 'day':
      return whole(days);
    case 'month':
      return whole(months % MONTHS_A_YEAR);
    case 'year':
      return whole(Math.trunc(months / MONTHS_A_YEAR));
    default:
      throw unsupported(`extract(${name} from an interval)`);
  }
}

function inUtc(zone: string): void {
  if (zone.toUpperCase() !== 'UTC' && zone.toUpperCase() !== 'GMT') throw unsupported(`the time zone ${zone}`);
}

const DATE_PARTS: ReadonlySet<string> = new Set(['epoch', 'day', 'month', 'quarter', 'year', 'dow', 'isodow', 'doy']);

/** Functions on points and lengths of time. The session's time zone is UTC, always. */
export const TIME_FUNCTIONS: Readonly<Record<string, Builder>> = {
  date_trunc: oneOf(
    ...[TIMESTAMPTZ, TIMESTAMP].map((type) => (args: Parameters<Builder>[0]) => {
      const isMeant = args[1]?.type === type || (type === TIMESTAMPTZ && args[1]?.type !== TIMESTAMP);
      return isMeant ? plain([TEXT, type], type, (unit, at) => truncated(unit as string, at as number))(args) : undefined;
    }),
  ),
  extract: oneOf(
    (args) =>
      args[1]?.type === DATE
        ? plain([TEXT, DATE], NUMERIC, (name, at) => {
            const word = (name as string).toLowerCase();
            if (!DATE_PARTS.has(word)) throw new SqlError('0A000', `unit "${name as string}" not supported for type date`);
            return word === 'epoch' ? whole((at as number) / 1_000_000) : part(word, at as number);
          })(args)
        : undefined,
    (args) => (args[1]?.type === TIMESTAMP ? plain([TEXT, TIMESTAMP], NUMERIC, (name, at) => part(name as string, at as number))(args) : undefined),
    plain([TEXT, TIMESTAMPTZ], NUMERIC, (name, at) => part(name as string, at as number)),
    plain([TEXT, INTERVAL], NUMERIC, (name, length) => partOfLength(name as string, length as Interval)),
  ),
  date_part: plain([TEXT, TIMESTAMPTZ], FLOAT8, (name, at) => Number(part(name as string, at as number).toString())),
  timezone: oneOf(
    (args) =>
      args[1]?.type === TIMESTAMP
        ? plain([TEXT, TIMESTAMP], TIMESTAMPTZ, (zone, at) => {
            inUtc(zone as string);
            return at;
          })(args)
        : undefined,
    plain([TEXT, TIMESTAMPTZ], TIMESTAMP, (zone, at) => {
      inUtc(zone as string);
      return at;
    }),
  ),
  to_timestamp: plain([FLOAT8], TIMESTAMPTZ, (seconds) => Math.round((seconds as number) * 1_000_000)),
};
