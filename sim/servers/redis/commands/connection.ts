import { arg, indexArgument, int32Argument } from '../arguments.js';
import type { Command } from '../command.js';
import { command, container } from '../command.js';
import { refuse, SYNTAX_ERROR } from '../command-error.js';
import type { RedisSession } from '../redis-session.js';
import type { RespValue } from '../resp-value.js';
import { OK } from '../resp-value.js';
import { describeSession } from '../describe-server.js';
import { REDIS_VERSION } from '../version.js';

function ping(client: RedisSession, args: readonly string[]): RespValue {
  if (args.length > 2) refuse("ERR wrong number of arguments for 'ping' command");
  if (client.subscriptions > 0 && client.protocol === 2) return ['pong', args[1] ?? ''];
  return args[1] ?? { status: 'PONG' };
}

function select(client: RedisSession, args: readonly string[]): RespValue {
  const index = int32Argument(arg(args, 1));
  if (index < 0 || index >= client.engine.databases.length) refuse('ERR DB index is out of range');
  client.db = client.engine.database(index);
  return OK;
}

/** There is one user, `default`, who needs no password. */
function auth(_client: RedisSession, args: readonly string[]): RespValue {
  if (args.length > 3) refuse(SYNTAX_ERROR);
  if (args.length === 2) {
    refuse('ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?');
  }
  return authenticate(arg(args, 1));
}

function authenticate(user: string): RespValue {
  if (user !== 'default') refuse('WRONGPASS invalid username-password pair or user is disabled.');
  return OK;
}

function hello(client: RedisSession, args: readonly string[]): RespValue {
  const wanted = args[1];
  let protocol = client.protocol;
  if (wanted !== undefined) {
    const version = indexArgument(wanted, 'ERR Protocol version is not an integer or out of range');
    if (version !== 2 && version !== 3) refuse('NOPROTO unsupported protocol version');
    protocol = version;
  }
  let { name } = client;
  for (let i = 2; i < args.length; i += 1) {
    const option = arg(args, i).toUpperCase();
    if (option === 'AUTH' && i + 2 < args.length) {
      authenticate(arg(args, i + 1));
      i += 2;
    } else if (option === 'SETNAME' && i + 1 < args.length) {
      name = checkName(arg(args, i + 1));
      i += 1;
    } else refuse(`ERR Syntax error in HELLO option '${arg(args, i)}'`);
  }
  client.name = name;
  client.protocol = protocol;
  const facts: [string, RespValue][] = [
    ['server', 'redis'],
    ['version', REDIS_VERSION],
    ['proto', protocol],
    ['id', client.id],
    ['mode', 'standalone'],
    ['role', 'master'],
    ['modules', []],
  ];
  return protocol === 3 ? { map: facts } : facts.flat();
}

function checkName(name: string): string {
  if (!/^[!-~]*$/.test(name)) refuse('ERR Client names cannot contain spaces, newlines or special characters.');
  return name;
}

function setName(client: RedisSession, args: readonly string[]): RespValue {
  client.name = checkName(arg(args, 2));
  return OK;
}

function reset(client: RedisSession): RespValue {
  const { engine } = client;
  engine.watches.clear(client);
  engine.channels.leave(client);
  client.transaction = undefined;
  client.db = engine.database(0);
  client.name = '';
  client.protocol = 2;
  return { status: 'RESET' };
}

function quit(client: RedisSession): RespValue {
  client.quitting = true;
  return OK;
}

export const connectionCommands: readonly Command[] = [
  command('ping', -1, ping, 'whileSubscribed'),
  command('echo', 2, (_client, args) => arg(args, 1)),
  command('select', 2, select),
  command('auth', -2, auth, 'noScript'),
  command('hello', -1, hello, 'noScript'),
  command('quit', -1, quit, 'noScript', 'immediate', 'whileSubscribed'),
  command('reset', 1, reset, 'noScript', 'immediate', 'whileSubscribed'),
  container(
    'client',
    command('client|id', 2, (client) => client.id, 'noScript'),
    command('client|getname', 2, (client) => (client.name === '' ? null : client.name), 'noScript'),
    command('client|setname', 3, setName, 'noScript'),
    command('client|info', 2, (client) => describeSession(client), 'noScript'),
    command('client|list', -2, (client) => [...client.engine.sessions].map(describeSession).join(''), 'noScript'),
  ),
];
