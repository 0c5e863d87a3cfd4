import { arg } from '../arguments.js';
import type { Command } from '../command.js';
import { command, container } from '../command.js';
import { refuse } from '../command-error.js';
import type { RedisSession } from '../redis-session.js';
import type { RespValue } from '../resp-value.js';
import { matchesGlob } from '../values/glob.js';

function subscribe(client: RedisSession, args: readonly string[]): undefined {
  for (const channel of args.slice(1)) {
    client.engine.channels.subscribe(client, channel);
    client.push(['subscribe', channel, client.subscriptions]);
  }
}

function psubscribe(client: RedisSession, args: readonly string[]): undefined {
  for (const pattern of args.slice(1)) {
    client.engine.channels.subscribePattern(client, pattern);
    client.push(['psubscribe', pattern, client.subscriptions]);
  }
}

/** Without names: from all. There is an answer even when there was nothing to leave. */
function unsubscribe(client: RedisSession, args: readonly string[]): undefined {
  const channels = args.length > 1 ? args.slice(1) : [...client.channels];
  if (channels.length === 0) client.push(['unsubscribe', null, client.subscriptions]);
  for (const channel of channels) {
    client.engine.channels.unsubscribe(client, channel);
    client.push(['unsubscribe', channel, client.subscriptions]);
  }
}

function punsubscribe(client: RedisSession, args: readonly string[]): undefined {
  const patterns = args.length > 1 ? args.slice(1) : [...client.patterns];
  if (patterns.length === 0) client.push(['punsubscribe', null, client.subscriptions]);
  for (const pattern of patterns) {
    client.engine.channels.unsubscribePattern(client, pattern);
    client.push(['punsubscribe', pattern, client.subscriptions]);
  }
}

function listChannels(client: RedisSession, args: readonly string[]): RespValue {
  const pattern = args[2];
  if (args.length > 3) refuse(`ERR unknown subcommand or wrong number of arguments for '${arg(args, 1)}'. Try PUBSUB HELP.`);
  return client.engine.channels.active().filter((channel) => pattern === undefined || matchesGlob(pattern, channel));
}

export const pubsubCommands: readonly Command[] = [
  command('subscribe', -2, subscribe, 'noScript', 'whileSubscribed', 'pushes'),
  command('unsubscribe', -1, unsubscribe, 'noScript', 'whileSubscribed', 'pushes'),
  command('psubscribe', -2, psubscribe, 'noScript', 'whileSubscribed', 'pushes'),
  command('punsubscribe', -1, punsubscribe, 'noScript', 'whileSubscribed', 'pushes'),
  command('publish', 3, (client, args) => client.engine.channels.publish(arg(args, 1), arg(args, 2))),
  container(
    'pubsub',
    command('pubsub|channels', -2, listChannels),
    command('pubsub|numsub', -2, (client, args) => args.slice(2).flatMap((channel) => [channel, client.engine.channels.listeners(channel)])),
    command('pubsub|numpat', 2, (client) => client.engine.channels.patternCount),
  ),
];
