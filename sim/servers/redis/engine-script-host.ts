import { arityFits } from './command.js';
import { findCommand } from './command-table.js';
import { DeterministicRandom } from './lua/deterministic-random.js';
import type { ScriptHost } from './lua/script-host.js';
import type { RedisEngine } from './redis-engine.js';
import { RedisSession } from './redis-session.js';
import type { RespValue } from './resp-value.js';

const UNKNOWN = { error: 'ERR Unknown Redis command called from script' };
const WRONG_COUNT = { error: 'ERR Wrong number of args calling Redis command from script' };
const NOT_IN_SCRIPTS = { error: 'ERR This Redis command is not allowed from script' };
const READ_ONLY = { error: 'ERR Write commands are not allowed from read-only scripts.' };

/** Runs the commands of scripts in a session of their own, which begins each script in its caller's database. */
export class EngineScriptHost implements ScriptHost {
  readonly random = new DeterministicRandom();
  readonly #engine: RedisEngine;
  readonly #session: RedisSession;
  #readOnly = false;
  #protocol: 2 | 3 = 2;

  constructor(engine: RedisEngine) {
    this.#engine = engine;
    this.#session = new RedisSession(engine, 0, engine.database(0), () => undefined);
  }

  serve(client: RedisSession, readOnly: boolean): ScriptHost {
    this.#session.db = client.db;
    this.#readOnly = readOnly;
    this.#protocol = client.protocol;
    return this;
  }

  get protocol(): 2 | 3 {
    return this.#protocol;
  }

  call(args: readonly string[]): RespValue {
    const found = findCommand(args);
    if ('error' in found) return found.error.startsWith('ERR unsupported') ? found : UNKNOWN;
    if (!arityFits(found.arity, args.length)) return WRONG_COUNT;
    if (found.noScript) return NOT_IN_SCRIPTS;
    if (found.write && this.#readOnly) return READ_ONLY;
    return this.#engine.call(this.#session, found, args) ?? null;
  }
}
