import { milliseconds } from '../src/base/time.js';
import type { LockDefinition, LockPorts, LockUnderTest } from './define-lock.js';
import type { ClientContext, Operation, ServerName, WorkloadContext, WorkloadDefinition } from './define-workload.js';
import type { Incarnation, ProcessFactory, SimProcess } from './kernel/process.js';
import type { World } from './kernel/world.js';
import type { FaultKind } from '../src/locks/envelope.js';
import type { Topology } from './nemesis/fault.js';
import { faults } from './nemesis/faults.js';
import { Nemesis } from './nemesis/nemesis.js';
import { Network } from './network.js';
import { absentPostgres, absentRedis } from './ports/absent-server.js';
import { SimClock } from './ports/sim-clock.js';
import { SimPostgres } from './ports/sim-postgres.js';
import { SimRandom } from './ports/sim-random.js';
import { SimRedis } from './ports/sim-redis.js';
import { recordOperation } from './record-operation.js';
import { recordedLock } from './recorded-lock.js';
import { thrownMessage } from './recorder.js';
import type { PostgresPort } from '../src/ports/postgres.js';
import type { RedisPort } from '../src/ports/redis.js';
import type { Scenario } from './scenario.js';
import { serversOf, topologyOf } from './topology.js';
import { postgresServer } from './servers/postgres/postgres-server.js';
import { type RedisMemory, redisServer } from './servers/redis/redis-server.js';
import { UserInputError } from './user-input-error.js';
import type { LuaRuntime } from './servers/redis/lua/lua-runtime.js';
import type { SimHistory } from './sim-recorder.js';

/**
 * One run: set up, let the clients loose under the nemesis, heal, wait for all of them, audit. The conductor is a process
 * as well; its phases are the run's.
 */
export class Stage {
  readonly nemesis: Nemesis;
  private readonly network: Network;
  private readonly processes = new Map<string, SimProcess>();
  private readonly memories = new Map<string, RedisMemory>();
  /** How many operations each client has begun, over all its lives. */
  private readonly begun: number[];
  /** Whether setup, every client and the audit came to their end. */
  isComplete = false;
  private readonly servers: readonly string[];
  private readonly finished = new Set<number>();
  private onAllDone: () => void = () => undefined;

  constructor(
    private readonly world: World,
    private readonly history: SimHistory,
    private readonly scenario: Scenario,
    private readonly workload: WorkloadDefinition,
    private readonly lock: LockDefinition,
    lua: LuaRuntime,
  ) {
    this.network = new Network(world);
    this.begun = scenario.clients.map(() => 0);
    const topology = topologyOf(scenario.clients.length, serversOf(workload, lock));
    this.servers = topology.servers.map(({ name }) => name);
    for (const { name } of topology.servers) {
      this.add(name, world.process(name, this.server(name, lua)));
    }
    topology.clients.forEach((name, index) => {
      const process = world.process(name, (incarnation) => this.client(incarnation, index));
      this.add(name, process);
      process.onCrash.push(() => history.occur('crash', name));
    });
    this.add(
      'conductor',
      world.process('conductor', (incarnation) => this.conduct(incarnation)),
    );
    for (const { kind, target } of scenario.faults) this.requireTarget(kind, target, topology);
    this.nemesis = new Nemesis(
      {
        world,
        network: this.network,
        process: (name) => this.processes.get(name) as SimProcess,
        busy: (client) => history.busy(client),
        memoryOf: (server) => this.memories.get(server)?.keys() ?? 0,
      },
      scenario.faults,
    );
  }

  raise(): void {
    for (const name of [...this.servers, 'conductor']) this.processes.get(name)?.start();
  }

  private async conduct(own: Incarnation): Promise<void> {
    const { world, scenario, workload } = this;
    const context = this.context(own);
    await this.lock.setup?.({ process: own.name, ...context }).catch(blame(`lock ${this.lock.name}: setup`));
    await workload.setup(context).catch(blame(`workload ${workload.name}: setup`));
    const allDone = new Promise<'done'>((resolve) => {
      // The last client tells by the world's own event, as processes share nothing.
      // A variable first: a function literal that is assigned to a property outlives its run, see `RecordedLease`.
      const tellConductor = () => void world.schedule(world.now, own, 'done', () => resolve('done'));
      this.onAllDone = tellConductor;
    });
    this.nemesis.start();
    for (const { name } of this.clientProcesses()) this.processes.get(name)?.start();
    await Promise.race([allDone, context.sleep(scenario.horizonMs)]);
    this.nemesis.heal();
    this.history.occur('heal', 'world');
    const last = await Promise.race([allDone, context.sleep(this.patienceMs())]);
    // Also when somebody is stuck: then it is `deadlock-freedom` that broke, and not the books.
    if (workload.audit !== undefined) await workload.audit(context);
    this.history.occur('end', 'world');
    this.isComplete = last === 'done';
    world.stop();
  }

  private async client(own: Incarnation, index: number): Promise<void> {
    if (own.epoch > 1) this.history.occur('restart', own.name);
    const operations = this.scenario.clients[index] as readonly Operation[];
    const recorder = this.history.recorder(own.process, () => own.live);
    const context = this.context(own);
    const lock = recordedLock(this.createLock({ process: own.name, ...context }), recorder);
    while ((this.begun[index] as number) < operations.length) {
      const at = this.begun[index] as number;
      this.begun[index] = at + 1;
      const operation = operations[at] as Operation;
      // The spread last: an object that gets properties behind one is given a hidden class of its own, and slows down all that read it.
      const clientContext: ClientContext = { process: own.name, operationId: `${own.name}.${at + 1}`, lock, ...context };
      try {
        await this.workload.client(clientContext, operation);
      } catch (error) {
        recorder.complete(recorder.invoke('client', '', {}), { status: 'unknown', value: { thrown: thrownMessage(error) } });
      }
    }
    this.finished.add(index);
    if (this.finished.size === this.scenario.clients.length) this.onAllDone();
  }

  private createLock(ports: LockPorts): LockUnderTest {
    try {
      const lock = this.lock.create(ports) as Partial<LockUnderTest> | undefined;
      if (typeof lock?.acquire === 'function') return lock as LockUnderTest;
    } catch (error) {
      return blame(`lock ${this.lock.name}: create`)(error);
    }
    throw new UserInputError(`lock ${this.lock.name}: create must return an object with an acquire function`);
  }

  private context(own: Incarnation): WorkloadContext {
    const recorder = this.history.recorder(own.process, () => own.live);
    const clock = new SimClock(own);
    return {
      params: this.scenario.params,
      clock,
      random: new SimRandom(own),
      redis: this.redis(own, 'redis'),
      shop: this.redis(own, 'shop'),
      postgres: this.postgres(own),
      lockDefinition: this.lock,
      sleep: (ms) => new Promise((resolve) => void clock.setTimer(milliseconds(ms), resolve)),
      record: (operation, key, args, run) => recordOperation(recorder, operation, key, args, run),
    };
  }

  private redis(own: Incarnation, server: ServerName): RedisPort {
    const process = this.processes.get(server);
    return process === undefined ? absentRedis(server, this.workload.name) : new SimRedis(this.network, own, process);
  }

  private postgres(own: Incarnation): PostgresPort {
    const process = this.processes.get('postgres');
    return process === undefined ? absentPostgres(this.workload.name) : new SimPostgres(this.network, own, process);
  }

  private server(name: string, lua: LuaRuntime): ProcessFactory {
    if (name === 'postgres') return postgresServer(this.network, { pooled: this.lock.behindPooler === true }).factory;
    const { factory, memory } = redisServer(this.network, lua);
    this.memories.set(name, memory);
    return factory;
  }

  /** After healing, how long all that is left to do may take before the run is called stuck. */
  private patienceMs(): number {
    const { clients, params } = this.scenario;
    const left = clients.reduce((sum, operations, index) => sum + operations.length - (this.begun[index] as number) + 1, 0);
    const longest = Math.max(0, ...clients.flat().map((operation) => Object.values(operation).reduce((sum, number) => sum + number, 0)));
    return 5_000 + left * (4 * (params['ttlMs'] ?? 1_000) + 2 * longest);
  }

  private clientProcesses(): readonly SimProcess[] {
    return this.scenario.clients.map((_, index) => this.processes.get(`c${index + 1}`) as SimProcess);
  }

  /** Scenario files are edited by people. */
  private requireTarget(kind: FaultKind, target: string, topology: Topology): void {
    const targets = faults[kind].targets(topology);
    if (targets.includes(target)) return;
    const cure = targets.length === 0 ? 'this world has nothing that it could hit' : `give one of ${targets.join(', ')}`;
    throw new UserInputError(`the fault ${kind} cannot have the target ${JSON.stringify(target)}: ${cure}`);
  }

  private add(name: string, process: SimProcess): void {
    this.processes.set(name, process);
  }
}

/** A plug-in that cannot even begin is bad input, not a finding. */
const blame =
  (what: string) =>
  (error: unknown): never => {
    throw new UserInputError(`${what} threw ${thrownMessage(error)}`);
  };
