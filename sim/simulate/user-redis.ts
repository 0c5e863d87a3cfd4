import type { World } from '../kernel/world.js';
import type { Network } from '../network.js';
import type { RedisReply } from '../../src/ports/redis.js';
import type { LuaRuntime } from '../servers/redis/lua/lua-runtime.js';
import { type RedisMemory, redisServer } from '../servers/redis/redis-server.js';
import { UserInputError } from '../user-input-error.js';
import { attachRedisWire } from '../wire/redis/attach-redis-wire.js';
import type { Recording } from './recording.js';
import { ServerDownError } from './server-down-error.js';
import { flag, requireOptions, shown } from './settings.js';
import type { RedisServerOptions, SimulatedRedis } from './simulated-world.js';
import { requireServerOptions, UserServer } from './user-server.js';

export interface RedisSurroundings {
  readonly world: World;
  readonly network: Network;
  readonly lua: LuaRuntime;
  readonly recording: Recording | null;
}

/** A simulated Redis server, up as soon as it is made. */
export class UserRedis extends UserServer implements SimulatedRedis {
  readonly durable: boolean;
  private readonly memory: RedisMemory;
  private readonly password: string | undefined;

  constructor({ world, network, lua, recording }: RedisSurroundings, name: string, options: RedisServerOptions) {
    requireOptions(`world.redis(${shown(name)})`, options, ['port', 'durable', 'password']);
    const { port = 6379, durable = true, password } = options;
    flag('redis: durable', durable);
    requireServerOptions('redis', { port, password });
    const { factory, memory } = redisServer(network, lua, {
      tcp: { port, attach: attachRedisWire },
      durable,
      ...(password === undefined ? {} : { password }),
    });
    super({ world, recording, name, port, factory, comesBackWith: durable ? 'with all that it had acknowledged' : 'empty' });
    this.memory = memory;
    this.durable = durable;
    this.password = password;
  }

  get memorySize(): number {
    return this.memory.keys();
  }

  get url(): string {
    const credentials = this.password === undefined ? '' : `:${encodeURIComponent(this.password)}@`;
    return `redis://${credentials}${this.name}:${this.port}`;
  }

  run(...args: readonly (string | number)[]): RedisReply {
    if (!this.isUp) throw new ServerDownError(`${this.name} cannot run ${args.join(' ')}: it is down`);
    const strange = args.findIndex((arg) => typeof arg !== 'string' && typeof arg !== 'number');
    if (args.length === 0 || strange >= 0)
      throw new UserInputError(
        `${this.name}.run takes a command and its arguments, texts and numbers, got ${args.length === 0 ? 'nothing' : shown(args[strange])}`,
      );
    return this.memory.run(args.map(String));
  }
}
