import { arg, indexArgument } from '../arguments.js';
import type { Command } from '../command.js';
import { command, container } from '../command.js';
import { refuse } from '../command-error.js';
import type { RedisSession } from '../redis-session.js';
import type { RespValue } from '../resp-value.js';
import { describeServer } from '../describe-server.js';
import { matchesGlob } from '../values/glob.js';

const MICROSECONDS_A_SECOND = 1_000_000;

/** What CONFIG GET knows of. */
const CONFIGURATION: Readonly<Record<string, string>> = {
  appendonly: 'no',
  databases: '16',
  'maxmemory-policy': 'noeviction',
  'notify-keyspace-events': '',
  save: '',
};

function time(client: RedisSession): RespValue {
  const now = client.engine.nowUs;
  return [String(Math.floor(now / MICROSECONDS_A_SECOND)), String(now % MICROSECONDS_A_SECOND)];
}

/** There are no replicas to wait for. */
function wait(_client: RedisSession, args: readonly string[]): RespValue {
  const replicas = indexArgument(arg(args, 1));
  const timeoutMs = indexArgument(arg(args, 2), 'ERR timeout is not an integer or out of range');
  if (timeoutMs < 0) refuse('ERR timeout is negative');
  if (replicas > 0) refuse("ERR unsupported form of 'WAIT' in the simulated Redis, which has no replicas: only WAIT 0");
  return 0;
}

function configGet(client: RedisSession, args: readonly string[]): RespValue {
  const patterns = args.slice(2).map((pattern) => pattern.toLowerCase());
  const found = Object.entries(CONFIGURATION).filter(([name]) => patterns.some((pattern) => matchesGlob(pattern, name)));
  return client.protocol === 3 ? { map: found } : found.flat();
}

export const serverCommands: readonly Command[] = [
  command('time', 1, time),
  command('wait', 3, wait, 'noScript'),
  command('info', -1, (client) => describeServer(client.engine)),
  container('config', command('config|get', -3, configGet, 'noScript')),
];
