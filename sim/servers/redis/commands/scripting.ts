import { arg, indexArgument } from '../arguments.js';
import type { Command } from '../command.js';
import { command, container } from '../command.js';
import { refuse } from '../command-error.js';
import type { RedisSession } from '../redis-session.js';
import type { RespValue } from '../resp-value.js';
import { OK } from '../resp-value.js';
import type { Script } from '../script-library.js';

const NO_SCRIPT = 'NOSCRIPT No matching script. Please use EVAL.';
const DIGEST_LENGTH = 40;

function evalText(readOnly: boolean) {
  return (client: RedisSession, args: readonly string[]): RespValue => {
    const keyCount = parseKeyCount(args);
    return run(client, load(client, arg(args, 1)), args, keyCount, readOnly);
  };
}

function evalSha(readOnly: boolean) {
  return (client: RedisSession, args: readonly string[]): RespValue => {
    const sha = arg(args, 1);
    if (sha.length !== DIGEST_LENGTH) refuse(NO_SCRIPT);
    const keyCount = parseKeyCount(args);
    const script = client.engine.scripts.bySha(sha);
    // Not thrown: it is the first answer that most clients get.
    return script === undefined ? { error: NO_SCRIPT } : run(client, script, args, keyCount, readOnly);
  };
}

function parseKeyCount(args: readonly string[]): number {
  const count = indexArgument(arg(args, 2));
  if (count > args.length - 3) refuse("ERR Number of keys can't be greater than number of args");
  if (count < 0) refuse("ERR Number of keys can't be negative");
  return count;
}

/** The script with this text; a new one must compile before it is known. */
function load(client: RedisSession, text: string): Script {
  const { scripts, lua } = client.engine;
  const known = scripts.byText(text);
  if (known !== undefined) return known;
  const script = scripts.describe(text);
  const problem = lua.compile(script);
  if (problem !== undefined) refuse(problem);
  scripts.add(script);
  return script;
}

function run(client: RedisSession, script: Script, args: readonly string[], keyCount: number, readOnly: boolean): RespValue {
  const keys = args.slice(3, 3 + keyCount);
  const rest = args.slice(3 + keyCount);
  return client.engine.lua.run(script, keys, rest, client.engine.scriptHost(client, readOnly || script.noWrites));
}

function scriptLoad(client: RedisSession, args: readonly string[]): RespValue {
  return load(client, arg(args, 2)).sha;
}

function scriptExists(client: RedisSession, args: readonly string[]): RespValue {
  return args.slice(2).map((sha) => (client.engine.scripts.bySha(sha) === undefined ? 0 : 1));
}

function scriptFlush(client: RedisSession, args: readonly string[]): RespValue {
  if (args.length > 3 || !['SYNC', 'ASYNC'].includes((args[2] ?? 'SYNC').toUpperCase())) refuse('ERR SCRIPT FLUSH only support SYNC|ASYNC option');
  client.engine.scripts.clear();
  return OK;
}

export const scriptingCommands: readonly Command[] = [
  command('eval', -3, evalText(false), 'noScript'),
  command('evalsha', -3, evalSha(false), 'noScript'),
  command('eval_ro', -3, evalText(true), 'noScript'),
  command('evalsha_ro', -3, evalSha(true), 'noScript'),
  container(
    'script',
    command('script|load', 3, scriptLoad, 'noScript'),
    command('script|exists', -3, scriptExists, 'noScript'),
    command('script|flush', -2, scriptFlush, 'noScript'),
    command('script|kill', 2, () => ({ error: 'NOTBUSY No scripts in execution right now.' }), 'noScript'),
  ),
];
