import type { Incarnation, ProcessFactory, SimProcess } from '../kernel/process.js';
import type { World } from '../kernel/world.js';
import type { Network } from '../network.js';
import type { RedisReply } from '../../src/ports/redis.js';
import type { LuaRuntime } from '../servers/redis/lua/lua-runtime.js';
import { type RedisMemory, redisServer } from '../servers/redis/redis-server.js';
import { UserInputError } from '../user-input-error.js';
import { attachRedisWire } from '../wire/redis/attach-redis-wire.js';
import { runAs } from '../kernel/run-as.js';
import type { Recording } from './recording.js';
import { ServerDownError } from './server-down-error.js';
import { flag, requireOptions, shown } from './settings.js';
import type { RedisServerOptions, SimulatedRedis } from './simulated-world.js';

export interface RedisSurroundings {
  readonly world: World;
  readonly network: Network;
  readonly lua: LuaRuntime;
  readonly recording: Recording | null;
}

/** A simulated Redis server, up as soon as it is made. */
export class UserRedis implements SimulatedRedis {
  readonly sim: SimProcess;
  readonly memory: RedisMemory;
  readonly port: number;
  readonly durable: boolean;
  private readonly password: string | undefined;
  private readonly factory: ProcessFactory;
  /** The life in which it answers. */
  private up: Incarnation | null = null;

  constructor(
    { world, network, lua, recording }: RedisSurroundings,
    readonly name: string,
    options: RedisServerOptions,
  ) {
    requireOptions(`world.redis(${shown(name)})`, options, ['port', 'durable', 'password']);
    const { port = 6379, durable = true, password } = options;
    flag('redis: durable', durable);
    if (password !== undefined && (typeof password !== 'string' || password === ''))
      throw new UserInputError(`redis: password must be a text that is not empty, got ${shown(password)}`);
    if (!Number.isInteger(port) || port < 1 || port > 65_535)
      throw new UserInputError(`redis: port must be a whole number from 1 to 65535, got ${shown(port)}`);
    this.port = port;
    this.durable = durable;
    this.password = password;
    const { factory, memory } = redisServer(network, lua, {
      tcp: { port, attach: attachRedisWire },
      durable,
      ...(password === undefined ? {} : { password }),
    });
    this.memory = memory;
    this.factory = factory;
    this.sim = world.process(name, (incarnation) => {
      this.raise(incarnation);
      if (incarnation.epoch > 1) recording?.life(name, `starts again, ${durable ? 'with all that it had acknowledged' : 'empty'}`);
    });
    this.sim.onCrash.push(() => recording?.life(name, 'dies'));
    this.start();
  }

  get host(): string {
    return this.name;
  }

  get url(): string {
    const credentials = this.password === undefined ? '' : `:${encodeURIComponent(this.password)}@`;
    return `redis://${credentials}${this.name}:${this.port}`;
  }

  get isAlive(): boolean {
    return this.sim.incarnation !== null;
  }

  run(...args: readonly (string | number)[]): RedisReply {
    if (this.up === null || this.up !== this.sim.incarnation) throw new ServerDownError(`${this.name} cannot run ${args.join(' ')}: it is down`);
    const strange = args.findIndex((arg) => typeof arg !== 'string' && typeof arg !== 'number');
    if (args.length === 0 || strange >= 0)
      throw new UserInputError(
        `${this.name}.run takes a command and its arguments, texts and numbers, got ${args.length === 0 ? 'nothing' : shown(args[strange])}`,
      );
    return this.memory.run(args.map(String));
  }

  crash(): void {
    this.sim.crash();
  }

  restart(): void {
    this.sim.crash();
    this.start();
  }

  /** At once, so that the test can put data into it in the same breath. */
  private start(): void {
    this.sim.start();
    const { incarnation } = this.sim;
    if (incarnation !== null) runAs(incarnation, () => this.raise(incarnation));
  }

  private raise(incarnation: Incarnation): void {
    if (this.up === incarnation) return;
    this.up = incarnation;
    void this.factory(incarnation);
  }
}
