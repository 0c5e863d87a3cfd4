import type { Lease } from '../../src/locks/lease.js';
import { LockClient } from '../../src/locks/lock-client.js';
import type { Incarnation, SimProcess } from '../../sim/kernel/process.js';
import { World } from '../../sim/kernel/world.js';
import type { Endpoint } from '../../sim/network.js';
import { Network } from '../../sim/network.js';
import type { Passage, Rule, Verdict } from '../../sim/network-rules.js';
import { SimRandom } from '../../sim/ports/sim-random.js';
import { isFromHolder, isRefusedByFence, type LockState, type LockStep, SLOW_US, TICK_US, ttlMs, type WalkSpec } from './lock-walk.js';
import { clockOf, KEY, type RaisedStore, type StoreParts, type WalkStore } from './walk-stores.js';

/** Code that is broken on purpose. */
export type Breakage = (parts: StoreParts, own: Incarnation) => StoreParts;

/** Where the code does not do what the model does. */
export interface Difference {
  /** The walk up to there. */
  readonly walk: readonly string[];
  readonly what: string;
  readonly model: unknown;
  readonly code: unknown;
}

/** From a step: to the comparison, to the requests of those who can't have the key, and to the comparison that these changed nothing. */
const LOOK_US = 4_000;
const TRIES_US = 5_000;
const LAST_LOOK_US = 10_000;

/**
 * Does the steps of a walk with the real code, in a simulated world, and compares what can be seen of it after each; null when
 * it is the same all along.
 */
export async function runLockWalk(
  spec: WalkSpec,
  steps: readonly LockStep[],
  store: WalkStore,
  broken: Breakage = (parts) => parts,
): Promise<Difference | null> {
  const world = new World({ seed: 1, budget: { events: 1_000_000, time: 3_600_000_000 } });
  const run = new LockWalkRun(world, spec, store, broken);
  const difference = run.plan(steps);
  const end = await world.run();
  if (end.kind !== 'stopped') throw end.kind === 'failed' ? end.error : new Error(`the walk did not come to its end: ${end.kind}`);
  return difference();
}

interface WalkClient extends StoreParts {
  readonly own: Incarnation;
  readonly locks: LockClient;
  lease: Lease | null;
  /** What the writes under way are answered. */
  writes: Promise<string>;
}

class LockWalkRun {
  private readonly network: Network;
  private readonly site: RaisedStore;
  private readonly processes: readonly SimProcess[];
  private readonly clients = new Map<number, WalkClient>();
  private readonly wire = new Wire();
  /** Who was granted the key, in the order of the grants: the model's tokens. */
  private readonly grants: { readonly client: number; readonly owner: string; readonly token: bigint }[] = [];
  /** What the code answered in the present step. */
  private answer: unknown = null;
  private refusals: string[] = [];
  /** What is on hand by the writes that the model has accepted. */
  private onHand = 1;
  private lastSent = 1;
  /** What each client's last write sets. */
  private readonly sent = new Map<number, number>();

  constructor(
    private readonly world: World,
    private readonly spec: WalkSpec,
    store: WalkStore,
    broken: Breakage,
  ) {
    this.network = new Network(world, { base: 50, spread: 100 });
    this.network.rules.push(this.wire);
    this.site = store.raise(world, this.network);
    this.processes = Array.from({ length: spec.clients }, (_, index) =>
      world.process(`c${index + 1}`, (own) => {
        const parts = broken(this.site.parts(own, true), own);
        const locks = new LockClient(parts.protocol, { clock: clockOf(own), random: new SimRandom(own), attemptTimeoutMs: 1_000 });
        this.clients.set(index + 1, { ...parts, own, locks, lease: null, writes: Promise.resolve('') });
      }),
    );
  }

  plan(steps: readonly LockStep[]): () => Difference | null {
    const { world, site, processes } = this;
    let difference: Difference | null = null;
    site.server.start();
    world.process('set-up', (own) => site.setUp(own)).start();
    for (const process of processes) process.start();
    world.at(1_000_000, 'steps', () => {
      steps.forEach((step, index) => {
        const actor = this.clients.get(step.client)?.own ?? null;
        const late = step.slow ? SLOW_US : 0;
        world.schedule(step.at, actor, 'step', () => this.begin(step));
        for (const [client, { own }] of this.clients) {
          if (step.after.owner === 0 || step.after.pc[client] !== 'idle') continue;
          world.schedule(step.at + late + TRIES_US, own, 'try', () => void this.tryInVain(client));
        }
        const look = (hasTried: boolean): void => {
          const found = this.compare(step, hasTried);
          if (found === null && (index < steps.length - 1 || !hasTried)) return;
          if (found !== null) difference = { walk: steps.slice(0, index + 1).map(({ label, slow }) => (slow ? `${label} slowly` : label)), ...found };
          world.stop();
        };
        world.at(step.at + late + LOOK_US, 'look', () => look(false));
        world.at(step.at + late + LAST_LOOK_US, 'look', () => look(true));
      });
      if (steps.length === 0) world.stop();
    });
    return () => difference;
  }

  private begin(step: LockStep): void {
    this.answer = null;
    this.refusals = [];
    this.wire.slowed = step.slow ? step.client : 0;
    const client = this.clients.get(step.client);
    if (client !== undefined) void this.act(step, client).then((answer) => void (this.answer = answer));
  }

  private async act({ action, client, fate, label }: LockStep, parts: WalkClient): Promise<unknown> {
    const { lease } = parts;
    if (action === 'Acquire') return await this.acquire(client, parts);
    if (action === 'Deliver' || action === 'Lose') {
      // What was held back arrives at this very moment, unless its connection ends first.
      if (action === 'Lose') this.wire.cut(parts.own.process);
      return await parts.writes;
    }
    if (lease === null) return 'no lease';
    switch (action) {
      case 'Enter':
        return isOver(parts) ? 'over' : 'valid';
      case 'GiveUp':
        parts.lease = null;
        return lease.signal.aborted ? 'over' : 'valid';
      case 'Exit':
        parts.lease = null;
        return (await lease.release()).status;
      case 'Send':
        this.wire.hold(parts.own.process, fate, () => void (parts.writes = this.write(client, parts, lease)));
        return 'sent';
      default:
        throw new Error(`no code does ${label}`);
    }
  }

  private async acquire(client: number, parts: WalkClient): Promise<string> {
    const result = await parts.locks.tryAcquire(KEY, { ttlMs: ttlMs(this.spec.ttl) });
    if (result.status !== 'granted') return result.status;
    parts.lease = result.lease;
    this.grants.push({ client, owner: result.lease.owner, token: result.lease.token });
    return 'granted';
  }

  /** The same write to the stock, whose fence knows tokens only, and to the register, which knows who holds the key. */
  private async write(client: number, { stock, register }: WalkClient, lease: Lease): Promise<string> {
    const number = (this.lastSent += 1);
    this.sent.set(client, number);
    const operationId = `${lease.owner}/${number}`;
    const toStock = stock.write(KEY, { onHand: number, operationId, ...(this.spec.fenced ? { token: lease.token } : {}) });
    const toRegister = register.write(lease, String(number));
    const [stored, registered] = [await toStock, await toRegister];
    return `${'reason' in stored ? stored.reason : stored.status}, ${'reason' in registered ? registered.reason : registered.status}`;
  }

  private async tryInVain(client: number): Promise<void> {
    const result = await this.clients.get(client)?.locks.tryAcquire(KEY, { ttlMs: ttlMs(this.spec.ttl) });
    const holder = result?.status === 'refused' && result.reason === 'held' ? this.numberOf(result.holder) : (result?.status ?? 'none');
    this.refusals.push(`c${client}: ${holder}`);
  }

  private compare(step: LockStep, hasTried: boolean): Pick<Difference, 'what' | 'model' | 'code'> | null {
    const { after, before, client, action } = step;
    const { fenced } = this.spec;
    if (action === 'Deliver' && !isRefusedByFence(before, client, fenced)) this.onHand = this.sent.get(client) ?? 0;
    const seen = this.site.look();
    const idle = [...this.clients.keys()].filter((number) => hasTried && after.owner !== 0 && after.pc[number] === 'idle');
    const owner = this.grants[after.next - 1];
    const compared: [what: string, model: unknown, code: unknown][] = [
      ['who else is refused, and for which holder', idle.map((number) => `c${number}: ${after.next}`), this.refusals.toSorted()],
      ['what the step is answered', this.expected(step), this.answer],
      ['how often the key was granted', after.next, this.grants.length],
      ['whose the last grant is', after.owner, after.owner === 0 ? 0 : owner?.client],
      ['which grant holds the key, by the store', after.owner === 0 ? 0 : after.next, this.numberOf(seen.owner)],
      ['how many ticks are left, by the store', after.left, Math.ceil(seen.leftUs / TICK_US)],
      ['the order of the tokens', true, this.grants.every(({ token }, index) => index === 0 || token > (this.grants[index - 1]?.token ?? 0n))],
      ['the last token, by the store', after.next, this.numberOfToken(seen.token)],
      ['the highest token that the fence has seen', fenced ? after.hi : 0, this.numberOfToken(seen.fence)],
      ['what is on hand', this.onHand, seen.onHand],
      ...[...this.clients].map(([number, parts]): [string, unknown, unknown] => [`what c${number} believes`, believes(after, number), belief(parts)]),
      // The model counts ticks only; between them, the client must be the first to know.
      ["who holds the key believes no longer than the store's lease lasts", true, this.endsInTime(after, seen.leftUs)],
    ];
    const [found] = compared.filter(([, model, code]) => JSON.stringify(model) !== JSON.stringify(code));
    return found === undefined ? null : { what: found[0], model: found[1], code: found[2] };
  }

  private expected({ action, client, before }: LockStep): unknown {
    switch (action) {
      case 'Tick':
        return null;
      case 'Acquire':
        return 'granted';
      case 'Enter':
        return 'valid';
      case 'GiveUp':
        return 'over';
      case 'Send':
        return 'sent';
      case 'Exit':
        return before.owner === client ? 'released' : 'lost';
      case 'Deliver':
        return `${isRefusedByFence(before, client, this.spec.fenced) ? 'stale-token' : 'written'}, ${isFromHolder(before, client) ? 'accepted' : 'not-holder'}`;
      case 'Lose':
        return 'connection-lost, connection-lost';
      default:
        throw new Error(`the model has a new action, ${action}: say what the code answers`);
    }
  }

  private endsInTime(after: LockState, leftUs: number): boolean {
    const parts = this.clients.get(after.owner);
    const lease = parts?.lease ?? null;
    if (parts === undefined || lease === null || lease.signal.aborted) return true;
    // A server that counts whole milliseconds tells up to one too few.
    return lease.expiresAt - clockOf(parts.own).now() <= leftUs + 1_000;
  }

  /** Which of the grants it was; 0 for none. */
  private numberOf(owner: string | null): number | string {
    return owner === null ? 0 : this.grants.findIndex((grant) => grant.owner === owner) + 1 || `none of them, but ${owner}`;
  }

  private numberOfToken(token: string | null): number | string {
    return token === null ? 0 : this.grants.findIndex((grant) => String(grant.token) === token) + 1 || `none of them, but ${token}`;
  }
}

const isOver = ({ lease, own }: WalkClient): boolean => lease === null || lease.signal.aborted || clockOf(own).now() >= lease.expiresAt;

const belief = (parts: WalkClient): string => (parts.lease === null ? 'nothing' : isOver(parts) ? 'that its lease is over' : 'that it has a lease');

function believes({ pc, dl }: LockState, client: number): string {
  if (pc[client] === 'idle') return 'nothing';
  return dl[client] === 0 ? 'that its lease is over' : 'that it has a lease';
}

/** What the network does to the messages of a walk: it holds writes back until they arrive, or are lost; and some answers are slow. */
class Wire implements Rule {
  /** The client whose answers are slow. */
  slowed = 0;
  private holding: { readonly from: SimProcess; readonly until: number } | null = null;
  private readonly held = new Map<SimProcess, Set<Endpoint>>();

  /** What `send` sends at once arrives then, not sooner. */
  hold(from: SimProcess, until: number, send: () => void): void {
    this.holding = { from, until };
    this.held.set(from, new Set());
    send();
    this.holding = null;
  }

  /** Ends the connections on which something is held back, and it with them. */
  cut(from: SimProcess): void {
    for (const endpoint of this.held.get(from) ?? []) endpoint.reset();
  }

  judge({ from, to, part, isReply, endpoint }: Passage): Verdict | null {
    if (part !== 'data' || endpoint === null) return null;
    if (isReply) return to.name === `c${this.slowed}` ? { act: 'delay', microseconds: SLOW_US } : null;
    const { holding } = this;
    if (holding?.from !== from) return null;
    this.held.get(from)?.add(endpoint);
    return { act: 'hold', until: holding.until };
  }

  effective(): void {
    // Nobody counts.
  }
}
