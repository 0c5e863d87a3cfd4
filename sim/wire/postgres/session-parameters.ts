import type { PostgresStartup } from './postgres-backend.js';
import { fatal } from './postgres-failure.js';

/** What the server says it is, when its site says nothing else. */
export const SERVER_VERSION = '15.0';

const NAME_LENGTH = 63;

/** The settings that every client is told of, in PostgreSQL 15's order, for a session that starts. */
export function sessionParameters({ user, settings }: PostgresStartup, version: string): readonly (readonly [name: string, value: string])[] {
  const chosen = new Map([...settings].map(([name, value]) => [name.toLowerCase(), value]));
  const choice = (name: string, otherwise: string): [string, string] => [name, chosen.get(name.toLowerCase()) ?? otherwise];
  const encoding = chosen.get('client_encoding') ?? 'UTF8';
  if (!/^(?:utf8|unicode)$/i.test(encoding.replace(/[^a-z0-9]/gi, ''))) throw fatal('0A000', `client_encoding ${encoding} is not simulated: use UTF8`);
  return [
    ['application_name', printable(chosen.get('application_name') ?? '')],
    ['client_encoding', 'UTF8'],
    choice('DateStyle', 'ISO, MDY'),
    choice('default_transaction_read_only', 'off'),
    ['in_hot_standby', 'off'],
    ['integer_datetimes', 'on'],
    choice('IntervalStyle', 'postgres'),
    ['is_superuser', 'on'],
    ['server_encoding', 'UTF8'],
    ['server_version', version],
    ['session_authorization', user],
    ['standard_conforming_strings', 'on'],
    choice('TimeZone', 'Etc/UTC'),
  ];
}

/** As PostgreSQL keeps it: every byte that is no printable ASCII is a question mark. */
const printable = (name: string): string =>
  Buffer.from(name)
    .toString('latin1')
    .slice(0, NAME_LENGTH)
    .replace(/[^ -~]/g, '?');
