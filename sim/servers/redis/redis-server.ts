import type { Incarnation, ProcessFactory } from '../../kernel/process.js';
import type { Network } from '../../network.js';
import { RedisEngine } from './redis-engine.js';
import type { LuaRuntime } from './lua/lua-runtime.js';

const AOF = 'appendonly.aof';

/** A handle on what the server remembers in its present life. */
export interface RedisMemory {
  /** How many keys there are; 0 while it is down. */
  keys(): number;
}

/**
 * A simulated `redis-server`: the engine, behind connections, with an append-only file that is synced before each answer
 * (`appendfsync always`). A crash keeps what was acknowledged; a wiped disk makes it start empty.
 */
export function redisServer(network: Network, lua: LuaRuntime): { factory: ProcessFactory; memory: RedisMemory } {
  let living: { incarnation: Incarnation; engine: RedisEngine } | null = null;
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
        if (replaying) return;
        disk.append(AOF, commands);
        disk.sync(AOF);
      },
    });
    for (const step of disk.read(AOF)) engine.replay(step as readonly (readonly string[])[]);
    replaying = false;
    living = { incarnation, engine };
    network.listen(incarnation, (endpoint) => {
      const session = engine.open((message) => endpoint.send(message));
      endpoint.handlers = {
        message: (request) => {
          const reply = session.execute(request as readonly string[]);
          if (reply !== undefined) endpoint.send(reply);
        },
        closed: () => session.close(),
      };
    });
  };
  return { factory, memory: { keys: () => (living?.incarnation.live === true ? living.engine.database(0).size : 0) } };
}
