import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { History } from '../../models/history.js';
import type { LockDefinition } from '../define-lock.js';
import type { ServerName, WorkloadDefinition } from '../define-workload.js';
import { thrownMessage } from '../recorder.js';
import { UserInputError } from '../user-input-error.js';
import type { LaunchedServer, LaunchServer } from './chaos-backends.js';
import { realContext, type RealContext } from './chaos-context.js';
import type { ChaosEpisode, ChaosFaultCounts, ChaosTopology } from './chaos-fault.js';
import { ChaosNemesis } from './chaos-nemesis.js';
import type { ChaosProgress } from './chaos-result.js';
import { ClientProcess } from './client-process.js';
import type { ExitGuard } from './exit-guard.js';
import { HostClock } from './host-clock.js';
import { mergeHistory, type Milestone } from './merge-history.js';
import { ProxyLink } from './proxy.js';
import { lineRecorder, type RecordLine } from './record-line.js';

export interface ChaosRunSpec {
  /** As they were named; the workers load them by these names. */
  readonly workload: string;
  readonly lock: string;
  readonly definition: WorkloadDefinition;
  readonly lockDefinition: LockDefinition;
  readonly params: Readonly<Record<string, number>>;
  readonly seed: number;
  readonly plan: readonly ChaosEpisode[];
  readonly topology: ChaosTopology;
  /** How long the faults last. */
  readonly timeMs: number;
  /** For data of servers and records of workers. */
  readonly folder: string;
  /** How to start each server of the topology. */
  readonly launch: ReadonlyMap<ServerName, LaunchServer>;
}

/** Servers, workers and what is between them: the same phases as `Stage` has in a simulated world. */
export class ChaosRun {
  readonly #milestones: Milestone[] = [];
  readonly #ownRecords: RecordLine[];
  readonly #clients: ReadonlyMap<string, ClientProcess>;
  readonly #nemesis: ChaosNemesis;
  phase: ChaosProgress['phase'] = 'starting';
  #faultsBegan: number | null = null;

  private constructor(
    private readonly spec: ChaosRunSpec,
    private readonly clock: HostClock,
    private readonly conductor: { readonly context: RealContext; readonly records: RecordLine[] },
    clients: readonly ClientProcess[],
    private readonly servers: readonly LaunchedServer[],
    links: readonly ProxyLink[],
  ) {
    this.#ownRecords = conductor.records;
    this.#clients = new Map(clients.map((client) => [client.name, client]));
    const byName = new Map(servers.map(({ server }) => [server.name, server]));
    const poolers = new Map(servers.flatMap(({ server, pooler }) => (pooler === undefined ? [] : [[server.name, pooler] as const])));
    this.#nemesis = new ChaosNemesis({ clients: this.#clients, servers: byName, poolers, links }, spec.plan, spec.seed);
  }

  /** Starts the servers, and puts the proxy in place. What it started, `guard` ends. */
  static async raise(spec: ChaosRunSpec, guard: ExitGuard): Promise<ChaosRun> {
    const { topology, folder, launch, params } = spec;
    const servers = await Promise.all([...launch].map(([name, start]) => start(name, folder, guard)));
    const clock = new HostClock();
    const records: RecordLine[] = [];
    const recorder = lineRecorder(clock, (line) => void records.push(line));
    // The conductor sets up and counts without any fault, or pooler, in between.
    const ports = Object.fromEntries(servers.map(({ server }) => [server.name, server.port]));
    const context = await realContext({ workload: spec.definition.name, lockDefinition: spec.lockDefinition, ports, params, recorder });
    guard.add(() => context.close());
    const recordsFolder = join(folder, 'records');
    mkdirSync(recordsFolder);
    const links: ProxyLink[] = [];
    const clients: ClientProcess[] = [];
    for (const name of topology.clients) {
      const own = servers.map(({ server, pooler }) => new ProxyLink(name, server.name, (pooler ?? server).port));
      for (const link of own) guard.add(() => link.close());
      links.push(...own);
      const ownPorts = await Promise.all(own.map(async (link) => [link.server, await link.listen()] as const));
      const order = { workload: spec.workload, lock: spec.lock, params, seed: spec.seed, ports: Object.fromEntries(ownPorts) };
      clients.push(new ClientProcess(name, order, clock, recordsFolder, guard));
    }
    return new ChaosRun(spec, clock, { context, records }, clients, servers, links);
  }

  get faults(): ChaosFaultCounts {
    return this.#nemesis.counts;
  }

  get grants(): number {
    return this.#sum((client) => client.grants);
  }

  get operations(): number {
    return this.#sum((client) => client.operations);
  }

  /** Clients that died of themselves, and of what. */
  get failures(): readonly string[] {
    return [...this.#clients.values()].flatMap(({ failure }) => failure ?? []);
  }

  get elapsedMs(): number {
    return this.#faultsBegan === null ? 0 : Math.min(this.spec.timeMs, performance.now() - this.#faultsBegan);
  }

  /** Set up, let the clients loose under the nemesis, heal, wait for all of them, audit. */
  async play(): Promise<History> {
    const { definition, lockDefinition, timeMs, params } = this.spec;
    const { context } = this.conductor;
    await lockDefinition.setup?.({ ...context, process: 'conductor' }).catch((error: unknown) => {
      throw new UserInputError(`lock ${lockDefinition.name}: setup threw ${thrownMessage(error)}`);
    });
    await definition.setup(context).catch((error: unknown) => {
      throw new UserInputError(`workload ${definition.name}: setup threw ${thrownMessage(error)}`);
    });
    const clients = [...this.#clients.values()];
    await Promise.all(clients.map((client) => client.start()));
    this.phase = 'faults';
    this.#faultsBegan = performance.now();
    for (const client of clients) client.begin();
    this.#nemesis.start();
    await Promise.race([this.#nemesis.during(timeMs), ...clients.map((client) => client.trouble)]);

    this.phase = 'healing';
    await this.#nemesis.heal();
    this.#mark('heal');
    await this.#finish(clients);
    // Also when somebody was stuck: then it is `deadlock-freedom` that broke, and not the books.
    if (definition.audit !== undefined) await definition.audit(this.conductor.context);
    this.#mark('end');

    this.phase = 'judging';
    const own = { process: 'conductor', restarted: false, startedAt: 0, crashedAt: null, lines: this.#ownRecords };
    return mergeHistory([own, ...clients.flatMap((client) => client.history())], this.#milestones, params);
  }

  /** Ends the servers in good order. */
  async close(): Promise<void> {
    this.conductor.context.close();
    await Promise.all(
      this.servers.map(async ({ server, pooler }) => {
        await pooler?.stop();
        await server.stop();
      }),
    );
  }

  /** Lets every client come to an end; ends those that have not after all the time that they may need. */
  async #finish(clients: readonly ClientProcess[]): Promise<void> {
    const patience = new AbortController();
    const tooLate = sleep(this.#patienceMs(), undefined, { signal: patience.signal }).catch(() => undefined);
    await Promise.race([Promise.all(clients.map((client) => client.finish())), tooLate, ...clients.map((client) => client.trouble)]);
    patience.abort();
    await Promise.all(clients.map((client) => client.kill()));
  }

  /** As in the simulator, for two operations of each client: the one under way, and the one after. */
  #patienceMs(): number {
    const longest = Object.values(this.spec.definition.operation).reduce((sum, { max }) => sum + max, 0);
    return 5_000 + 2 * this.#clients.size * (4 * (this.spec.params['ttlMs'] ?? 1_000) + 2 * longest);
  }

  #mark(occurrence: Milestone['occurrence']): void {
    this.#milestones.push({ occurrence, at: this.clock.now() });
  }

  #sum(of: (client: ClientProcess) => number): number {
    let sum = 0;
    for (const client of this.#clients.values()) {
      client.readRecords();
      sum += of(client);
    }
    return sum;
  }
}
