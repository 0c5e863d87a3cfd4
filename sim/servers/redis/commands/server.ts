import { arg, indexArgument } from '../arguments.js';
import { type Command, command, container, type RunCommand } from '../command.js';
import { refuse, SYNTAX_ERROR } from '../command-error.js';
import { describeServer } from '../describe-server.js';
import type { RedisSession } from '../redis-session.js';
import { mapReply, textReply } from '../reply-forms.js';
import { OK, type RespValue } from '../resp-value.js';
import { REDIS_VERSION } from '../version.js';

const MICROSECONDS_A_SECOND = 1_000_000;

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
  return mapReply(client, client.engine.configuration.matching(args.slice(2)));
}

function configSet(client: RedisSession, args: readonly string[]): RespValue {
  if (args.length % 2 !== 0) refuse(SYNTAX_ERROR);
  const pairs: [string, string][] = [];
  for (let i = 2; i < args.length; i += 2) pairs.push([arg(args, i), arg(args, i + 1)]);
  client.engine.configuration.set(pairs);
  return OK;
}

const noCluster: RunCommand = () => ({ error: 'ERR This instance has cluster support disabled' });

/** As a server does that was not started for debugging. */
const NO_DEBUG =
  'ERR DEBUG command not allowed. If the enable-debug-command option is set to "local", you can run it from a local connection, otherwise you need to ' +
  'set this option in the configuration file, and then restart the server.';

export const serverCommands: readonly Command[] = [
  command('time', 1, time),
  command('wait', 3, wait, 'noScript'),
  command('info', -1, (client, args) => textReply(client, describeServer(client.engine, args.slice(1)))),
  command('role', 1, () => ['master', 0, []], 'noScript'),
  command('lolwut', -1, (client) => textReply(client, `Redis ver. ${REDIS_VERSION}\n`)),
  command('readonly', 1, noCluster),
  command('readwrite', 1, noCluster),
  command('debug', -2, () => ({ error: NO_DEBUG }), 'noScript'),
  command('asking', 1, noCluster),
  container('cluster', command('cluster|info', 2, noCluster), command('cluster|nodes', 2, noCluster), command('cluster|slots', 2, noCluster)),
  container(
    'config',
    command('config|get', -3, configGet, 'noScript'),
    command('config|set', -4, configSet, 'noScript'),
    command('config|resetstat', 2, () => OK, 'noScript'),
    command('config|rewrite', 2, () => ({ error: 'ERR The server is running without a config file' }), 'noScript'),
  ),
  container(
    'module',
    command('module|list', 2, () => [], 'noScript'),
  ),
  container(
    'acl',
    command('acl|whoami', 2, () => 'default', 'noScript'),
  ),
];
