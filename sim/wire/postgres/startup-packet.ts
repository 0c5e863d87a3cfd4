import { MessageReader } from './message-reader.js';
import type { PostgresStartup } from './postgres-backend.js';
import { fatal, PostgresFailure } from './postgres-failure.js';

export interface StartupPacket extends PostgresStartup {
  /** Options of the protocol that are not known. */
  readonly unknownOptions: readonly string[];
}

/** Reads the names and values behind the version of the protocol. */
export function startupPacket(bytes: Buffer): StartupPacket {
  const given = pairs(bytes);
  const user = given.get('user') ?? '';
  if (user === '') throw fatal('28000', 'no PostgreSQL user name specified in startup packet');
  const replication = given.get('replication');
  if (replication !== undefined && !/^(?:f|false|off|no|0)$/i.test(replication)) throw fatal('0A000', 'replication is not simulated');
  const settings = new Map<string, string>();
  for (const [name, value] of commandLine(given.get('options') ?? '')) settings.set(name, value);
  const unknownOptions: string[] = [];
  for (const [name, value] of given) {
    if (name.startsWith('_pq_.')) unknownOptions.push(name);
    else if (!['user', 'database', 'options', 'replication'].includes(name)) settings.set(name, value);
  }
  const database = given.get('database') ?? '';
  return { user, database: database === '' ? user : database, settings, unknownOptions };
}

function pairs(bytes: Buffer): Map<string, string> {
  const reader = new MessageReader(bytes);
  const given = new Map<string, string>();
  try {
    for (let name = reader.string(); name !== ''; name = reader.string()) given.set(name, reader.string());
    reader.end();
  } catch (error) {
    if (!(error instanceof PostgresFailure)) throw error;
    throw fatal('08P01', 'invalid startup packet layout: expected terminator as last byte');
  }
  return given;
}

/** `-c name=value` and `--name=value`, separated by spaces; a backslash takes the next character as it is. */
function* commandLine(text: string): Generator<readonly [name: string, value: string]> {
  const words = [...text.matchAll(/(?:\\[^]|[^\s\\])+/g)].map(([word]) => word.replace(/\\([^])/g, '$1'));
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    const assignment = word === '-c' ? words[(index += 1)] : (/^(?:-c|--)([^]+)$/.exec(word)?.[1] ?? '');
    const at = assignment?.indexOf('=') ?? -1;
    if (assignment === undefined || at <= 0) throw fatal('42601', `invalid command-line argument for server process: ${word}`);
    yield [assignment.slice(0, at).replaceAll('-', '_'), assignment.slice(at + 1)];
  }
}
