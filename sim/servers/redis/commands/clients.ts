import { arg, indexArgument, integerArgument } from '../arguments.js';
import { container, command, type Command } from '../command.js';
import { NOT_AN_INTEGER, refuse, SYNTAX_ERROR } from '../command-error.js';
import { describeSession } from '../describe-session.js';
import type { RedisSession } from '../redis-session.js';
import { mapReply, setReply, textReply } from '../reply-forms.js';
import { OK, type RespValue } from '../resp-value.js';

export function checkName(name: string): string {
  if (!/^[!-~]*$/.test(name)) refuse('ERR Client names cannot contain spaces, newlines or special characters.');
  return name;
}

function setName(client: RedisSession, args: readonly string[]): RespValue {
  client.name = checkName(arg(args, 2));
  return OK;
}

type Filter = (session: RedisSession) => boolean;

function list(client: RedisSession, args: readonly string[]): RespValue {
  const matches = listFilter(args);
  const lines = [...client.engine.sessions].filter(matches).map(describeSession);
  return textReply(client, lines.join(''));
}

function listFilter(args: readonly string[]): Filter {
  const by = args[2]?.toUpperCase();
  if (by === 'TYPE' && args.length === 4) return ofType(arg(args, 3));
  if (by === 'ID' && args.length > 3) {
    const ids = new Set(args.slice(3).map((text) => Number(integerArgument(text, 'ERR Invalid client ID'))));
    return ({ id }) => ids.has(id);
  }
  if (by !== undefined) refuse(SYNTAX_ERROR);
  return () => true;
}

/** There are no replicas here, and no master. */
function ofType(name: string): Filter {
  switch (name.toLowerCase()) {
    case 'normal':
      return (session) => session.subscriptions === 0;
    case 'pubsub':
      return (session) => session.subscriptions > 0;
    case 'master':
    case 'replica':
    case 'slave':
      return () => false;
    default:
      return refuse(`ERR Unknown client type '${name}'`);
  }
}

function kill(client: RedisSession, args: readonly string[]): RespValue {
  const isOldForm = args.length === 3;
  const address = arg(args, 2);
  const matches = isOldForm ? (session: RedisSession): boolean => session.address === address : killFilter(client, args);
  const victims = [...client.engine.sessions].filter(matches);
  for (const session of victims) {
    // It still hears how many it has killed.
    if (session === client) client.quitting = true;
    else session.kill();
  }
  if (!isOldForm) return victims.length;
  return victims.length === 0 ? refuse('ERR No such client') : OK;
}

function killFilter(client: RedisSession, args: readonly string[]): Filter {
  const filters: Filter[] = [];
  let skipsItself = true;
  for (let i = 2; i < args.length; i += 2) {
    const value = args[i + 1] ?? refuse(SYNTAX_ERROR);
    switch (arg(args, i).toUpperCase()) {
      case 'ID': {
        const wanted = indexArgument(value, 'ERR client-id should be greater than 0');
        if (wanted < 1) refuse('ERR client-id should be greater than 0');
        filters.push(({ id }) => id === wanted);
        break;
      }
      case 'TYPE':
        filters.push(ofType(value));
        break;
      case 'ADDR':
        filters.push(({ address }) => address === value);
        break;
      case 'LADDR':
        filters.push(({ localAddress }) => localAddress === value);
        break;
      case 'USER':
        if (value !== 'default') refuse(`ERR No such user '${value}'`);
        break;
      case 'SKIPME':
        skipsItself = yesOrNo(value);
        break;
      default:
        refuse(SYNTAX_ERROR);
    }
  }
  if (skipsItself) filters.push((session) => session !== client);
  return (session) => filters.every((matches) => matches(session));
}

function yesOrNo(text: string): boolean {
  const answer = text.toUpperCase();
  return answer === 'YES' || (answer === 'NO' ? false : refuse(SYNTAX_ERROR));
}

function reply(client: RedisSession, args: readonly string[]): RespValue {
  const mode = arg(args, 2).toUpperCase();
  if (mode === 'ON') client.replyMode = 'on';
  else if (mode === 'OFF') client.replyMode = 'off';
  else if (mode !== 'SKIP') refuse(SYNTAX_ERROR);
  else if (client.replyMode !== 'off') client.replyMode = 'skip-next';
  return OK;
}

function noEvict(_client: RedisSession, args: readonly string[]): RespValue {
  return ['ON', 'OFF'].includes(arg(args, 2).toUpperCase()) ? OK : refuse(SYNTAX_ERROR);
}

/** Too many arguments, where the arity allows any number. */
function refuseMore(args: readonly string[], most: number): void {
  if (args.length > most) refuse(`ERR unknown subcommand or wrong number of arguments for '${arg(args, 1)}'. Try CLIENT HELP.`);
}

function pause(client: RedisSession, args: readonly string[]): RespValue {
  refuseMore(args, 4);
  const mode = (args[3] ?? 'ALL').toUpperCase();
  if (mode !== 'ALL' && mode !== 'WRITE') refuse('ERR CLIENT PAUSE mode must be WRITE or ALL');
  const forMs = indexArgument(arg(args, 2), 'ERR timeout is not an integer or out of range');
  if (forMs < 0) refuse('ERR timeout is negative');
  const { engine } = client;
  engine.pause.begin(engine.nowMs, engine.nowMs + forMs, mode === 'ALL' ? 'all' : 'write');
  return OK;
}

function unpause(client: RedisSession): RespValue {
  client.engine.pause.end();
  return OK;
}

/** Nothing blocks here, so there is nobody to unblock. */
function unblock(_client: RedisSession, args: readonly string[]): RespValue {
  refuseMore(args, 4);
  if (!['TIMEOUT', 'ERROR'].includes((args[3] ?? 'TIMEOUT').toUpperCase())) refuse('ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR');
  integerArgument(arg(args, 2), NOT_AN_INTEGER);
  return 0;
}

function tracking(_client: RedisSession, args: readonly string[]): RespValue {
  const state = arg(args, 2).toUpperCase();
  if (state === 'OFF' && args.length === 3) return OK;
  if (state !== 'ON') refuse(SYNTAX_ERROR);
  return refuse("ERR unsupported form of 'CLIENT TRACKING' in the simulated Redis: only OFF");
}

function trackingInfo(client: RedisSession): RespValue {
  return mapReply(client, [
    ['flags', setReply(client, ['off'])],
    ['redirect', -1],
    ['prefixes', []],
  ]);
}

export const clientCommands: readonly Command[] = [
  container(
    'client',
    command('client|id', 2, (client) => client.id, 'noScript'),
    command('client|getname', 2, (client) => (client.name === '' ? null : client.name), 'noScript'),
    command('client|setname', 3, setName, 'noScript'),
    command('client|info', 2, (client) => textReply(client, describeSession(client)), 'noScript'),
    command('client|list', -2, list, 'noScript'),
    command('client|kill', -3, kill, 'noScript'),
    command('client|reply', 3, reply, 'noScript'),
    command('client|no-evict', 3, noEvict, 'noScript'),
    command('client|pause', -3, pause, 'noScript'),
    command('client|unpause', 2, unpause, 'noScript'),
    command('client|unblock', -3, unblock, 'noScript'),
    command('client|tracking', -3, tracking, 'noScript'),
    command('client|trackinginfo', 2, trackingInfo, 'noScript'),
    command('client|getredir', 2, () => -1, 'noScript'),
  ),
];
