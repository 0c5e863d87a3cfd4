import type { RedisSession } from './redis-session.js';
import type { RespValue } from './resp-value.js';

/** A command of the engine. `args[0]` is its name as the client wrote it; the arity was checked. */
export type RunCommand = (client: RedisSession, args: readonly string[]) => RespValue | undefined;

export interface Command {
  /** In lower case; a subcommand is named `client|setname`. */
  readonly name: string;
  /** How many arguments, the name included; negative: at least so many. */
  readonly arity: number;
  readonly run: RunCommand;
  /** May change data: refused in read-only scripts, logged when it did. */
  readonly write: boolean;
  /** Refused inside scripts. */
  readonly noScript: boolean;
  /** Runs at once inside MULTI instead of being queued. */
  readonly immediate: boolean;
  /** Allowed to a RESP2 session that has subscriptions. */
  readonly whileSubscribed: boolean;
  /** Answered by pushes: refused inside MULTI. */
  readonly pushes: boolean;
  /** Allowed to a session that has not given the password. */
  readonly beforeAuth: boolean;
  readonly subcommands: ReadonlyMap<string, Command> | undefined;
}

export type CommandFlag = 'write' | 'noScript' | 'immediate' | 'whileSubscribed' | 'pushes' | 'beforeAuth';

export function command(name: string, arity: number, run: RunCommand, ...flags: readonly CommandFlag[]): Command {
  return {
    name,
    arity,
    run,
    write: flags.includes('write'),
    noScript: flags.includes('noScript'),
    immediate: flags.includes('immediate'),
    whileSubscribed: flags.includes('whileSubscribed'),
    pushes: flags.includes('pushes'),
    beforeAuth: flags.includes('beforeAuth'),
    subcommands: undefined,
  };
}

/** A command that only names others: CLIENT, SCRIPT... */
export function container(name: string, ...subcommands: readonly Command[]): Command {
  const unreachable: RunCommand = () => ({ error: `ERR unknown subcommand for '${name}'` });
  return { ...command(name, -2, unreachable), subcommands: new Map(subcommands.map((sub) => [sub.name.slice(name.length + 1), sub])) };
}

export function arityFits(arity: number, count: number): boolean {
  return arity >= 0 ? count === arity : count >= -arity;
}
