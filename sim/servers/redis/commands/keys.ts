import { arg, int32Argument } from '../arguments.js';
import type { Command } from '../command.js';
import { command } from '../command.js';
import { NO_SUCH_KEY, refuse, SYNTAX_ERROR } from '../command-error.js';
import type { RedisSession } from '../redis-session.js';
import type { RespValue } from '../resp-value.js';
import { OK } from '../resp-value.js';
import { copyEntry } from '../values/entry.js';
import { matchesGlob } from '../values/glob.js';

function del(client: RedisSession, args: readonly string[]): RespValue {
  let removed = 0;
  for (let i = 1; i < args.length; i += 1) if (client.db.remove(arg(args, i))) removed += 1;
  return removed;
}

/** EXISTS and TOUCH: a key named twice counts twice. */
function countExisting(client: RedisSession, args: readonly string[]): RespValue {
  let count = 0;
  for (let i = 1; i < args.length; i += 1) if (client.db.find(arg(args, i)) !== undefined) count += 1;
  return count;
}

function type(client: RedisSession, args: readonly string[]): RespValue {
  return { status: client.db.find(arg(args, 1))?.type ?? 'none' };
}

function keys(client: RedisSession, args: readonly string[]): RespValue {
  const pattern = arg(args, 1);
  return client.db.keys().filter((key) => matchesGlob(pattern, key));
}

function randomkey(client: RedisSession): RespValue {
  const all = client.db.keys();
  return all.length === 0 ? null : (all[client.engine.random(all.length)] ?? null);
}

function rename(client: RedisSession, args: readonly string[]): RespValue {
  move(client, arg(args, 1), arg(args, 2));
  return OK;
}

function renamenx(client: RedisSession, args: readonly string[]): RespValue {
  const source = arg(args, 1);
  const target = arg(args, 2);
  if (client.db.find(source) === undefined) refuse(NO_SUCH_KEY);
  if (client.db.find(target) !== undefined) return 0;
  move(client, source, target);
  return 1;
}

function move(client: RedisSession, source: string, target: string): void {
  const { db } = client;
  const entry = db.find(source) ?? refuse(NO_SUCH_KEY);
  if (source === target) return;
  db.remove(target);
  db.remove(source);
  db.put(target, entry);
  db.changed(target);
}

function copy(client: RedisSession, args: readonly string[]): RespValue {
  const source = arg(args, 1);
  const target = arg(args, 2);
  let replace = false;
  let destination = client.db;
  for (let i = 3; i < args.length; i += 1) {
    const option = arg(args, i).toUpperCase();
    if (option === 'REPLACE') replace = true;
    else if (option === 'DB' && i + 1 < args.length) {
      i += 1;
      const index = int32Argument(arg(args, i));
      if (index < 0 || index >= client.engine.databases.length) refuse('ERR DB index is out of range');
      destination = client.engine.database(index);
    } else refuse(SYNTAX_ERROR);
  }
  if (destination === client.db && source === target) refuse('ERR source and destination objects are the same');
  const entry = client.db.find(source);
  if (entry === undefined) return 0;
  const taken = destination.find(target) !== undefined;
  if (taken && !replace) return 0;
  if (taken) destination.remove(target);
  destination.put(target, copyEntry(entry));
  destination.changed(target);
  return 1;
}

function flushdb(client: RedisSession, args: readonly string[]): RespValue {
  checkFlushOption(args);
  client.engine.watches.emptied(client.db);
  client.db.clear();
  client.engine.allChanged();
  client.engine.logAs(['FLUSHDB']);
  return OK;
}

function flushall(client: RedisSession, args: readonly string[]): RespValue {
  checkFlushOption(args);
  for (const keyspace of client.engine.databases) {
    client.engine.watches.emptied(keyspace);
    keyspace.clear();
  }
  client.engine.allChanged();
  client.engine.logAs(['FLUSHALL']);
  return OK;
}

function checkFlushOption(args: readonly string[]): void {
  if (args.length > 2 || !['SYNC', 'ASYNC'].includes((args[1] ?? 'SYNC').toUpperCase())) refuse(SYNTAX_ERROR);
}

export const keyCommands: readonly Command[] = [
  command('del', -2, del, 'write'),
  command('unlink', -2, del, 'write'),
  command('exists', -2, countExisting),
  command('touch', -2, countExisting),
  command('type', 2, type),
  command('keys', 2, keys),
  command('randomkey', 1, randomkey),
  // Overdue keys count until someone looks at them.
  command('dbsize', 1, (client) => client.db.size),
  command('rename', 3, rename, 'write'),
  command('renamenx', 3, renamenx, 'write'),
  command('copy', -3, copy, 'write'),
  command('flushdb', -1, flushdb, 'write'),
  command('flushall', -1, flushall, 'write'),
];
