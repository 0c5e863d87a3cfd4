import { arg } from '../arguments.js';
import { arityFits, type Command, command, container } from '../command.js';
import { type CommandFacts, factsOf, type KeySpec } from '../command-facts.js';
import { refuse, SYNTAX_ERROR } from '../command-error.js';
import type { RedisSession } from '../redis-session.js';
import { mapReply, setReply } from '../reply-forms.js';
import type { RespError, RespStatus, RespValue } from '../resp-value.js';
import { matchesGlob } from '../values/glob.js';

/** The table of commands, which COMMAND tells of and is part of. */
export interface CommandLookup {
  all(): readonly Command[];
  find(args: readonly string[]): Command | RespError;
}

const asStatus = (status: string): RespStatus => ({ status });

/** What COMMAND says of one command. */
function describe(client: RedisSession, item: Command): RespValue {
  const facts = factsOf(item.name);
  const [first, last, step] = keyRange(facts);
  return [
    item.name,
    item.arity,
    setReply(client, facts.flags.map(asStatus)),
    first,
    last,
    step,
    setReply(
      client,
      facts.categories.map((category) => asStatus(`@${category}`)),
    ),
    setReply(client, facts.tips),
    setReply(
      client,
      facts.keys.map((keys) => describeKeys(client, keys)),
    ),
    item.subcommands === undefined ? setReply(client, []) : [...item.subcommands.values()].map((sub) => describe(client, sub)),
  ];
}

/** The older form of the same: first key, last key and step of all keys together. */
function keyRange({ keys }: CommandFacts): [number, number, number] {
  const [first] = keys;
  const last = keys.at(-1);
  if (first === undefined || last === undefined || last.last === 'counted') return [0, 0, 0];
  return [first.first, last.last < 0 ? last.last : last.first + last.last, first.step];
}

function describeKeys(client: RedisSession, { flags, note, first, last, step }: KeySpec): RespValue {
  const map = (...entries: [string, RespValue][]): RespValue => mapReply(client, entries);
  const find: [string, RespValue][] =
    last === 'counted'
      ? [
          ['type', 'keynum'],
          ['spec', map(['keynumidx', 0], ['firstkey', 1], ['keystep', step])],
        ]
      : [
          ['type', 'range'],
          ['spec', map(['lastkey', last], ['keystep', step], ['limit', 0])],
        ];
  return map(
    ...(note === undefined ? [] : ([['notes', note]] satisfies [string, RespValue][])),
    ['flags', setReply(client, flags.map(asStatus))],
    ['begin_search', map(['type', 'index'], ['spec', map(['index', first])])],
    ['find_keys', map(...find)],
  );
}

/** COMMAND and its subcommands. */
export function introspectionCommands(lookup: CommandLookup): readonly Command[] {
  const describeAll = (client: RedisSession): RespValue => lookup.all().map((item) => describe(client, item));

  const info = (client: RedisSession, args: readonly string[]): RespValue => {
    if (args.length === 2) return describeAll(client);
    return args.slice(2).map((name) => {
      const found = lookup.find(name.split('|'));
      return 'error' in found ? null : describe(client, found);
    });
  };

  const list = (_client: RedisSession, args: readonly string[]): RespValue => {
    const names = lookup.all().flatMap((item) => [item.name, ...[...(item.subcommands?.values() ?? [])].map((sub) => sub.name)]);
    if (args.length === 2) return names;
    if (args.length !== 5 || arg(args, 2).toUpperCase() !== 'FILTERBY') return refuse(SYNTAX_ERROR);
    const wanted = arg(args, 4);
    switch (arg(args, 3).toUpperCase()) {
      case 'PATTERN':
        return names.filter((name) => matchesGlob(wanted.toLowerCase(), name));
      case 'ACLCAT':
        return names.filter((name) => factsOf(name).categories.includes(wanted.toLowerCase()));
      case 'MODULE':
        return [];
      default:
        return refuse(SYNTAX_ERROR);
    }
  };

  const getKeys = (_client: RedisSession, args: readonly string[]): RespValue => {
    const asked = args.slice(2);
    const found = lookup.find(asked);
    if ('error' in found) return refuse('ERR Invalid command specified');
    const { keys, flags } = factsOf(found.name);
    if (keys.length === 0) refuse('ERR The command has no key arguments');
    if (!arityFits(found.arity, asked.length)) refuse('ERR Invalid number of arguments specified for command');
    const names = keys.flatMap((spec) => keysOf(spec, asked));
    if (names.length === 0 && !flags.includes('no_mandatory_keys')) refuse('ERR Invalid arguments specified for command');
    return names;
  };

  return [
    {
      ...container(
        'command',
        command('command|count', 2, () => lookup.all().length),
        // There is no documentation in here: redis-cli does without, and says so.
        command('command|docs', -2, (client) => mapReply(client, [])),
        command('command|info', -2, info),
        command('command|list', -2, list),
        command('command|getkeys', -4, getKeys),
      ),
      arity: -1,
      run: describeAll,
    },
  ];
}

function keysOf({ first, last, step }: KeySpec, args: readonly string[]): string[] {
  if (last === 'counted') return args.slice(first + 1, first + 1 + Number(args[first]));
  const end = last < 0 ? args.length + last : first + last;
  const keys: string[] = [];
  for (let at = first; at <= end; at += step) keys.push(args[at] ?? refuse('ERR Invalid arguments specified for command'));
  return keys;
}
