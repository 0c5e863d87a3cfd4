import { milliseconds } from '../../../src/base/time.js';
import type { PostgresPort } from '../../../src/ports/postgres.js';
import { ask, type PortException } from './port.suite.js';

const error = (sqlstate: string): object => ({ status: 'refused', refusal: { reason: 'error', sqlstate } });
const answers = (...row: (string | null)[]): object => ({ status: 'ok', value: { rows: [row] } });
const told =
  (sql: string): PortException['shownBy'] =>
  (postgres) =>
    ask(postgres, sql);

/** What a second caller is told while a session is in a transaction. */
const besideATransaction = (sql: string) => async (postgres: PostgresPort) => {
  const session = await postgres.session();
  await ask(session, 'BEGIN');
  const answer = await ask(postgres, sql);
  session.close();
  return answer;
};
const busy = { status: 'refused', refusal: { reason: 'unavailable', message: 'pg-mem has one session, which is in a transaction of another caller' } };

/** What pg-mem 3 cannot do. */
export const pgMemExceptions: readonly PortException[] = [
  {
    feature: 'exact numbers',
    what: 'numbers are doubles, and numeric has no scale',
    shownBy: told('SELECT 9007199254740993::bigint, 1.50::numeric'),
    instead: answers('9007199254740992', '1.5'),
  },
  { feature: 'errors of arithmetic', what: 'a division by zero is infinite', shownBy: told('SELECT 1 / 0'), instead: answers('Infinity') },
  { feature: 'deadlines', what: 'nothing ever takes time: there is no pg_sleep', shownBy: told('SELECT pg_sleep(10)'), instead: error('42883') },
  {
    feature: 'notifications',
    what: 'there is no LISTEN',
    shownBy: (postgres) => postgres.listen('news', { notified: () => undefined, lost: () => undefined }, { timeout: milliseconds(1000) }),
    instead: error('0A000'),
  },
  { feature: 'notifications', what: 'there is no pg_notify', shownBy: told("SELECT pg_notify('news', 'x')"), instead: error('42883') },
  { feature: 'isolation', what: 'beside a transaction nobody else is served', shownBy: besideATransaction('SELECT n FROM counters'), instead: busy },
  { feature: 'row locks', what: 'two transactions never meet', shownBy: besideATransaction('SELECT n FROM counters FOR UPDATE'), instead: busy },
  { feature: 'advisory locks', what: 'there are none', shownBy: told('SELECT pg_try_advisory_lock(1)'), instead: error('42883') },
  {
    feature: "the server's clock",
    what: 'there is no clock_timestamp, so our leases have no end',
    shownBy: told('SELECT clock_timestamp()'),
    instead: error('42883'),
  },
];
