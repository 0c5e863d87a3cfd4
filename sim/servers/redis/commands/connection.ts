import { arg, indexArgument, int32Argument } from '../arguments.js';
import type { Command } from '../command.js';
import { command } from '../command.js';
import { refuse, SYNTAX_ERROR } from '../command-error.js';
import type { RedisSession } from '../redis-session.js';
import type { RespValue } from '../resp-value.js';
import { OK } from '../resp-value.js';
import { mapReply } from '../reply-forms.js';
import { checkName } from './clients.js';
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

/** There is one user, `default`; without a password of the server's anything will do as his. */
function auth(client: RedisSession, args: readonly string[]): RespValue {
  if (args.length > 3) refuse(SYNTAX_ERROR);
  if (args.length === 2 && client.engine.password === undefined) {
    refuse('ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?');
  }
  authenticate(client, args.length === 2 ? 'default' : arg(args, 1), arg(args, args.length - 1));
  return OK;
}

function authenticate(client: RedisSession, user: string, password: string): void {
  const wanted = client.engine.password;
  if (user !== 'default' || (wanted !== undefined && password !== wanted)) refuse('WRONGPASS invalid username-password pair or user is disabled.');
  client.isAuthenticated = true;
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
      authenticate(client, arg(args, i + 1), arg(args, i + 2));
      i += 2;
    } else if (option === 'SETNAME' && i + 1 < args.length) {
      name = checkName(arg(args, i + 1));
      i += 1;
    } else refuse(`ERR Syntax error in HELLO option '${arg(args, i)}'`);
  }
  if (!client.isAuthenticated) refuse(HELLO_NEEDS_PASSWORD);
  client.name = name;
  client.protocol = protocol;
  return mapReply(client, [
    ['server', 'redis'],
    ['version', REDIS_VERSION],
    ['proto', protocol],
    ['id', client.id],
    ['mode', 'standalone'],
    ['role', 'master'],
    ['modules', []],
  ]);
}

const HELLO_NEEDS_PASSWORD =
  'NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH <user> <pass> option can be used to authenticate ' +
  'the client and select the RESP protocol version at the same time';

function reset(client: RedisSession): RespValue {
  const { engine } = client;
  engine.watches.clear(client);
  engine.channels.leave(client);
  client.transaction = undefined;
  client.db = engine.database(0);
  client.name = '';
  client.protocol = 2;
  client.replyMode = 'on';
  client.isAuthenticated = !client.mayNeedPassword || engine.password === undefined;
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
  command('auth', -2, auth, 'noScript', 'beforeAuth'),
  command('hello', -1, hello, 'noScript', 'beforeAuth'),
  command('quit', -1, quit, 'noScript', 'immediate', 'whileSubscribed', 'beforeAuth'),
  command('reset', 1, reset, 'noScript', 'immediate', 'whileSubscribed', 'beforeAuth'),
];
