import type { Command } from './command.js';
import { clientCommands } from './commands/clients.js';
import { connectionCommands } from './commands/connection.js';
import { expiryCommands } from './commands/expiry.js';
import { hashCommands } from './commands/hashes.js';
import { introspectionCommands } from './commands/introspection.js';
import { keyCommands } from './commands/keys.js';
import { listCommands } from './commands/lists.js';
import { pubsubCommands } from './commands/pubsub.js';
import { scanCommands } from './commands/scan.js';
import { scriptingCommands } from './commands/scripting.js';
import { serverCommands } from './commands/server.js';
import { setCommands } from './commands/sets.js';
import { sortedSetRangeCommands } from './commands/sorted-set-ranges.js';
import { sortedSetCommands } from './commands/sorted-sets.js';
import { stringCommands } from './commands/strings.js';
import { transactionCommands } from './commands/transactions.js';
import { isRedisCommand } from './redis-command-names.js';
import type { RespError } from './resp-value.js';

/** Every command of the engine. */
export const supportedCommands: readonly Command[] = [
  ...stringCommands,
  ...keyCommands,
  ...expiryCommands,
  ...scanCommands,
  ...hashCommands,
  ...listCommands,
  ...setCommands,
  ...sortedSetCommands,
  ...sortedSetRangeCommands,
  ...connectionCommands,
  ...clientCommands,
  ...serverCommands,
  ...transactionCommands,
  ...pubsubCommands,
  ...scriptingCommands,
  ...introspectionCommands({ all: () => supportedCommands, find: (args) => findCommand(args) }),
];

/** By name in lower case and, because most clients write them so, in upper case. */
const byName: ReadonlyMap<string, Command> = new Map(
  supportedCommands.flatMap((item) => [[item.name, item] as const, [item.name.toUpperCase(), item] as const]),
);

/** The command that these arguments name, or the error that says that there is none. */
export function findCommand(args: readonly string[]): Command | RespError {
  const name = args[0] ?? '';
  const found = byName.get(name) ?? byName.get(name.toLowerCase());
  if (found === undefined) return isRedisCommand(name.toLowerCase()) ? unsupported(name) : unknown(name, args);
  if (found.subcommands === undefined || args.length < 2) return found;
  const sub = args[1] ?? '';
  const subcommand = found.subcommands.get(sub.toLowerCase());
  if (subcommand !== undefined) return subcommand;
  if (isRedisCommand(`${found.name}|${sub.toLowerCase()}`)) return unsupported(`${name} ${sub}`);
  return { error: `ERR unknown subcommand '${sub.slice(0, 128)}'. Try ${found.name.toUpperCase()} HELP.` };
}

function unsupported(name: string): RespError {
  return { error: `ERR unsupported command '${name.toUpperCase()}' in the simulated Redis` };
}

/** Redis quotes the first arguments, 128 characters of them, as C strings on one line. */
function unknown(name: string, args: readonly string[]): RespError {
  const plain = (text: string): string => text.replace(/\0.*$/s, '').replace(/[\r\n]/g, ' ');
  let quoted = '';
  for (const text of args.slice(1)) {
    if (quoted.length >= 128) break;
    quoted += `'${plain(text).slice(0, 128 - quoted.length)}' `;
  }
  return { error: `ERR unknown command '${plain(name).slice(0, 128)}', with args beginning with: ${quoted}` };
}
