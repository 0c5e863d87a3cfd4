import { arg } from '../arguments.js';
import type { Command } from '../command.js';
import { command } from '../command.js';
import { refuse } from '../command-error.js';
import type { RedisSession } from '../redis-session.js';
import type { RespValue } from '../resp-value.js';
import { NULL_ARRAY, OK } from '../resp-value.js';

function multi(client: RedisSession): RespValue {
  if (client.transaction !== undefined) refuse('ERR MULTI calls can not be nested');
  client.transaction = { queue: [], aborted: false };
  return OK;
}

function exec(client: RedisSession): RespValue {
  const { transaction } = client;
  if (transaction === undefined) refuse('ERR EXEC without MULTI');
  const broken = client.watchBroken || client.engine.watches.anyOverdue(client);
  client.transaction = undefined;
  client.engine.watches.clear(client);
  if (transaction.aborted) refuse('EXECABORT Transaction discarded because of previous errors.');
  if (broken) return NULL_ARRAY;
  return transaction.queue.map((queued) => client.engine.call(client, queued.command, queued.args) ?? null);
}

function discard(client: RedisSession): RespValue {
  if (client.transaction === undefined) refuse('ERR DISCARD without MULTI');
  client.transaction = undefined;
  client.engine.watches.clear(client);
  return OK;
}

function watch(client: RedisSession, args: readonly string[]): RespValue {
  if (client.transaction !== undefined) refuse('ERR WATCH inside MULTI is not allowed');
  if (client.watchBroken) return OK;
  for (let i = 1; i < args.length; i += 1) client.engine.watches.watch(client, arg(args, i));
  return OK;
}

function unwatch(client: RedisSession): RespValue {
  client.engine.watches.clear(client);
  return OK;
}

export const transactionCommands: readonly Command[] = [
  command('multi', 1, multi, 'noScript', 'immediate'),
  command('exec', 1, exec, 'noScript', 'immediate'),
  command('discard', 1, discard, 'noScript', 'immediate'),
  command('watch', -2, watch, 'noScript', 'immediate'),
  command('unwatch', 1, unwatch, 'noScript'),
];
