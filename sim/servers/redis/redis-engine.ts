import type { Command } from './command.js';
import { arityFits } from './command.js';
import { CommandError } from './command-error.js';
import { findCommand } from './command-table.js';
import type { KeyspaceOwner } from './keyspace.js';
import { Keyspace } from './keyspace.js';
import type { LuaRuntime } from './lua/lua-runtime.js';
import type { ScriptHost } from './lua/script-host.js';
import { Channels } from './channels.js';
import { ClientPause } from './client-pause.js';
import { Configuration } from './configuration.js';
import { type ConnectionFacts, RedisSession } from './redis-session.js';
import type { RespError, RespValue } from './resp-value.js';
import { QUEUED } from './resp-value.js';
import { EngineScriptHost } from './engine-script-host.js';
import { ScriptLibrary } from './script-library.js';
import { WatchList } from './watch-list.js';

export interface RedisEngineOptions {
  /** The server's wall clock, in whole microseconds since 1970. It may step: Redis judges expiry by it all the same. */
  readonly now: () => number;
  /** An integer from 0 to `bound - 1`, for RANDOMKEY, SPOP and SRANDMEMBER. */
  readonly random: (bound: number) => number;
  /** What AUTH and HELLO must give on connections that may need it (see `ConnectionFacts`); nobody is asked when absent. */
  readonly password?: string;
  /** The Lua that runs scripts; one may serve any number of engines in a thread. */
  readonly lua: LuaRuntime;
  /**
   * Receives what changed, one call for each command, transaction or script that changed anything: write commands that do the
   * same again when given to `replay`, with absolute expiry times and without chance. What belongs together comes in
   * one call, so a log that keeps or loses whole calls never splits a transaction. Each call begins in database 0.
   */
  readonly onWrite?: (commands: readonly (readonly string[])[]) => void;
}

const NO_AUTH: RespError = Object.freeze({ error: 'NOAUTH Authentication required.' });
const DATABASES = 16;
const MICROSECONDS = 1000;
const MICROSECONDS_A_SECOND = 1_000_000;

/**
 * A Redis 7.0 server without its network: commands in, replies out, at once and deterministically.
 *
 * It expires keys lazily and by the given clock alone; a command, a script or a transaction sees one time from its begin
 * to its end. What it does not know it refuses by name: `ERR unsupported command 'X' in the simulated Redis` for a command
 * that Redis has and this engine has not, Redis's own `ERR unknown command` for any other.
 */
export class RedisEngine implements KeyspaceOwner {
  readonly random: (bound: number) => number;
  readonly lua: LuaRuntime;
  readonly password: string | undefined;
  readonly databases: readonly Keyspace[];
  readonly channels = new Channels();
  readonly watches = new WatchList();
  readonly scripts = new ScriptLibrary();
  readonly configuration = new Configuration();
  readonly pause = new ClientPause();
  readonly #startedUs: number;
  readonly #now: () => number;
  readonly #onWrite: ((commands: readonly (readonly string[])[]) => void) | undefined;
  #scriptHost: EngineScriptHost;
  readonly #sessions = new Set<RedisSession>();
  #nextId = 1;
  #nowUs = 0;
  #nowMs = 0;
  /** How many changes there have been: a write command that moves it is logged. */
  #changes = 0;
  #effects: (readonly string[])[] = [];
  #effectsDatabase = 0;
  #replacement: readonly (readonly string[])[] | undefined;

  constructor(options: RedisEngineOptions) {
    this.#now = options.now;
    this.#startedUs = options.now();
    this.random = options.random;
    this.lua = options.lua;
    this.password = options.password;
    this.#onWrite = options.onWrite;
    this.databases = Array.from({ length: DATABASES }, (_, index) => new Keyspace(index, this));
    this.#scriptHost = new EngineScriptHost(this);
  }

  /** The time of the command in hand, in milliseconds of the wall clock. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** The time of the command in hand, in microseconds of the wall clock. */
  get nowUs(): number {
    return this.#nowUs;
  }

  /** How many keys there are in all databases, those included that are overdue and that nobody has looked at since. */
  get size(): number {
    return this.databases.reduce((sum, db) => sum + db.size, 0);
  }

  get uptimeSeconds(): number {
    return Math.max(0, Math.floor((this.#nowUs - this.#startedUs) / MICROSECONDS_A_SECOND));
  }

  get connectionsReceived(): number {
    return this.#nextId - 1;
  }

  get sessions(): ReadonlySet<RedisSession> {
    return this.#sessions;
  }

  /** A new connection. `push` receives what comes without being asked for: messages of channels. */
  open(push: (message: RespValue) => void, facts: ConnectionFacts = {}): RedisSession {
    const session = new RedisSession(this, this.#nextId, this.database(0), push, facts, Math.floor(this.#now() / MICROSECONDS));
    this.#nextId += 1;
    this.#sessions.add(session);
    return session;
  }

  database(index: number): Keyspace {
    const keyspace = this.databases[index];
    if (keyspace === undefined) throw new RangeError(`no database ${index}`);
    return keyspace;
  }

  /** Runs one command of a session. See `RedisSession.execute`. */
  execute(session: RedisSession, args: readonly string[]): RespValue | undefined {
    if (!session.isOpen) throw new Error('a closed Redis session cannot execute: open a new one');
    this.#nowUs = this.#now();
    this.#nowMs = Math.floor(this.#nowUs / MICROSECONDS);
    session.lastUsedMs = this.#nowMs;
    const reply = this.#process(session, args);
    if (this.#effects.length > 0) this.#flushEffects();
    return session.replyMode === 'on' ? reply : unanswered(session);
  }

  /** How many milliseconds CLIENT PAUSE holds this command back. What would be refused anyway it does not hold. */
  holdFor(session: RedisSession, args: readonly string[]): number {
    if (!this.pause.isPossible) return 0;
    const found = findCommand(args);
    if ('error' in found || this.#refusal(session, found, args) !== undefined) return 0;
    return this.pause.holdFor(Math.floor(this.#now() / MICROSECONDS), session, found);
  }

  /** Does again what one call of `onWrite` told of. Expiry waits until the first command: the log itself says what had expired. */
  replay(commands: readonly (readonly string[])[]): void {
    const session = new RedisSession(this, 0, this.database(0), () => undefined);
    this.#nowUs = -Infinity;
    this.#nowMs = -Infinity;
    for (const args of commands) {
      const found = findCommand(args);
      const reply = 'run' in found ? found.run(session, args) : found;
      if (typeof reply === 'object' && reply !== null && 'error' in reply) throw new Error(`the log cannot be replayed at ${args.join(' ')}: ${reply.error}`);
    }
    this.#effects = [];
  }

  /** Loses all data and all scripts, as a restart without persistence does. Nothing is logged; sessions should be closed. */
  flush(): void {
    for (const keyspace of this.databases) keyspace.clear();
    this.scripts.clear();
    this.#scriptHost = new EngineScriptHost(this);
  }

  /** Runs a command for a session, catches its error reply and notes its effect. For EXEC and scripts. */
  call(session: RedisSession, command: Command, args: readonly string[]): RespValue | undefined {
    const before = this.#changes;
    this.#replacement = undefined;
    const keyspace = session.db;
    let reply: RespValue | undefined;
    try {
      reply = command.run(session, args);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      reply = { error: error.reply };
    }
    if (command.write && this.#changes !== before) {
      for (const effect of this.#replacement ?? [args]) this.#note(keyspace, effect);
    }
    return reply;
  }

  /** Says what to log instead of the command in hand: for relative times, chance, and arithmetic that must not be done twice. */
  logAs(...commands: readonly (readonly string[])[]): void {
    this.#replacement = commands;
  }

  /** What a script of this session may reach. There is one for each engine: scripts do not nest. */
  scriptHost(client: RedisSession, readOnly: boolean): ScriptHost {
    return this.#scriptHost.serve(client, readOnly);
  }

  keyExpired(keyspace: Keyspace, key: string): void {
    this.#note(keyspace, ['DEL', key]);
    this.watches.keyChanged(keyspace, key, 'expired');
  }

  keyChanged(keyspace: Keyspace, key: string): void {
    this.#changes += 1;
    this.watches.keyChanged(keyspace, key, 'changed');
  }

  /** A change that belongs to no single key: FLUSHALL. */
  allChanged(): void {
    this.#changes += 1;
  }

  /** Drops everything that a session left in the engine. */
  forget(session: RedisSession): void {
    this.watches.clear(session);
    this.channels.leave(session);
    session.transaction = undefined;
    this.#sessions.delete(session);
  }

  #process(session: RedisSession, args: readonly string[]): RespValue | undefined {
    const found = findCommand(args);
    const refusal = 'error' in found ? found : this.#refusal(session, found, args);
    if (refusal !== undefined) {
      return rejected(session, args, refusal);
    }
    const command = found as Command;
    if (session.transaction !== undefined && !command.immediate) {
      session.transaction.queue.push({ command, args });
      return QUEUED;
    }
    return this.call(session, command, args);
  }

  #refusal(session: RedisSession, command: Command, args: readonly string[]): RespError | undefined {
    session.lastCommand = command.name;
    if (!arityFits(command.arity, args.length)) return { error: `ERR wrong number of arguments for '${command.name}' command` };
    if (!session.isAuthenticated && !command.beforeAuth) return NO_AUTH;
    if (session.subscriptions > 0 && session.protocol === 2 && !command.whileSubscribed) {
      return { error: `ERR Can't execute '${command.name}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context` };
    }
    if (session.transaction !== undefined && command.pushes) {
      return { error: `ERR '${command.name}' inside MULTI is not supported by the simulated Redis` };
    }
    return undefined;
  }

  #note(keyspace: Keyspace, args: readonly string[]): void {
    if (this.#onWrite === undefined) return;
    if (keyspace.index !== this.#effectsDatabase) {
      this.#effects.push(['SELECT', String(keyspace.index)]);
      this.#effectsDatabase = keyspace.index;
    }
    this.#effects.push(args);
  }

  #flushEffects(): void {
    const effects = this.#effects;
    this.#effects = [];
    this.#effectsDatabase = 0;
    this.#onWrite?.(effects);
  }
}

/** CLIENT REPLY: OFF answers nothing, SKIP neither itself nor the command behind it. */
function unanswered(session: RedisSession): undefined {
  if (session.replyMode === 'skip-next') session.replyMode = 'skip';
  else if (session.replyMode === 'skip') session.replyMode = 'on';
}

/** A command that is refused before it runs spoils the transaction in hand; EXEC itself ends it. */
function rejected(session: RedisSession, args: readonly string[], refusal: RespError): RespError {
  if (args[0]?.toLowerCase() === 'exec') {
    session.transaction = undefined;
    session.engine.watches.clear(session);
    return { error: `EXECABORT Transaction discarded because of: ${refusal.error.replace(/^ERR /, '')}` };
  }
  if (session.transaction !== undefined) session.transaction.aborted = true;
  return refusal;
}
