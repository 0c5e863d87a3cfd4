import type { RedisReply } from '../../../src/ports/redis.js';
import type { Incarnation, ProcessFactory } from '../../kernel/process.js';
import { runAs } from '../../kernel/run-as.js';
import type { Endpoint, Network } from '../../network.js';
import { toBinary } from './binary-string.js';
import type { LuaRuntime } from './lua/lua-runtime.js';
import { plainReply } from './plain-reply.js';
import { RedisEngine } from './redis-engine.js';
import type { RedisSession } from './redis-session.js';
import { isRespError } from './resp-value.js';

const AOF = 'appendonly.aof';

export interface RedisServerOptions {
  /** A port on which it also speaks bytes: `attach` puts a wire protocol between the engine and each connection. */
  readonly tcp?: { readonly port: number; readonly attach: (engine: RedisEngine, endpoint: Endpoint) => void };
  /** Asked of everybody who comes by `tcp`. */
  readonly password?: string;
  /** Whether its data survive a restart, as with an append-only file synced before each answer. True when absent. */
  readonly durable?: boolean;
}

/** A handle on what the server remembers in its present life. */
export interface RedisMemory {
  /** How many keys there are; 0 while it is down. */
  keys(): number;
  /**
   * Runs a command in a session of its own: no message, no time, no fault. Throws on an error reply, and while the server
   * is down.
   */
  run(args: readonly string[]): RedisReply;
}

/**
 * A simulated `redis-server`: the engine, behind connections, with an append-only file that is synced before each answer
 * (`appendfsync always`). A crash keeps what was acknowledged; a wiped disk makes it start empty.
 */
export function redisServer(network: Network, lua: LuaRuntime, options: RedisServerOptions = {}): { factory: ProcessFactory; memory: RedisMemory } {
  const { tcp, password, durable = true } = options;
  let living: { incarnation: Incarnation; engine: RedisEngine; session: RedisSession | null } | null = null;
  const factory: ProcessFactory = (incarnation) => {
    const { world, process } = incarnation;
    const draws = world.draws.stream(`${incarnation.name}/random`);
    const { disk } = process;
    let replaying = true;
    const engine = new RedisEngine({
      lua,
      now: () => process.wall.at(world.now),
      random: (bound) => draws.next(bound),
      onWrite: (commands) => {
        if (replaying || !durable) return;
        disk.append(AOF, commands);
        disk.sync(AOF);
      },
      ...(password === undefined ? {} : { password }),
    });
    for (const step of disk.read(AOF)) engine.replay(step as readonly (readonly string[])[]);
    replaying = false;
    living = { incarnation, engine, session: null };
    network.listen(incarnation, (endpoint) => serveMessages(engine, endpoint));
    if (tcp !== undefined) network.listen(incarnation, (endpoint) => tcp.attach(engine, endpoint), tcp.port);
  };
  const memory: RedisMemory = {
    keys: () => (living?.incarnation.live === true ? living.engine.database(0).size : 0),
    run(args) {
      if (living?.incarnation.live !== true) throw new Error(`cannot run ${args.join(' ')}: the server is down`);
      living.session ??= living.engine.open(() => undefined);
      const { session } = living;
      const reply = runAs(living.incarnation, () => session.execute(args.map(toBinary)) ?? null);
      if (isRespError(reply)) throw new Error(`${args.join(' ')}: ${reply.error}`);
      return plainReply(reply);
    },
  };
  return { factory, memory };
}

/** Commands and replies as they are, for the ports of simulated processes: no bytes between. */
function serveMessages(engine: RedisEngine, endpoint: Endpoint): void {
  const session = engine.open((message) => endpoint.send(message), { onKill: () => endpoint.close() });
  endpoint.handlers = {
    message: (request) => {
      const reply = session.execute(request as readonly string[]);
      if (reply !== undefined) endpoint.send(reply);
    },
    closed: () => session.close(),
  };
}
