import fc from 'fast-check';
import type { DrawStream } from '../../sim/kernel/draws.js';
import type { Incarnation, SimProcess } from '../../sim/kernel/process.js';
import { World } from '../../sim/kernel/world.js';
import { Network } from '../../sim/network.js';
import type { Bench, Reading } from './bench.js';
import { cpuTimeOf } from './cpu-time.js';

/** What both contenders put between the clients and the one unit that is left. */
interface Store {
  read(): Promise<number>;
  write(onHand: number): Promise<void>;
}

/** The race: check, then decrement. Whether this client believes that it got a unit. */
async function buy(store: Store): Promise<boolean> {
  const onHand = await store.read();
  if (onHand < 1) return false;
  await store.write(onHand - 1);
  return true;
}

const oversold = (sales: readonly boolean[]): boolean => sales.filter(Boolean).length > 1;

const RUNS = 8_000;
const CLIENTS = ['c1', 'c2'];

/**
 * As fast-check's guide to race conditions has it: what the scheduler releases is a scheduled promise, the property awaits
 * both clients through `waitFor`, and a fresh scheduler is drawn for each run. A call of the store takes effect when the
 * scheduler lets it go. The property counts instead of failing, so that all runs are searches and none is a shrink.
 */
async function byFastCheck(seed: number): Promise<number> {
  let races = 0;
  const race = fc.asyncProperty(fc.scheduler(), async (scheduler) => {
    let onHand = 1;
    const store: Store = {
      async read() {
        await scheduler.schedule(Promise.resolve());
        return onHand;
      },
      async write(left) {
        await scheduler.schedule(Promise.resolve());
        onHand = left;
      },
    };
    if (oversold(await scheduler.waitFor(Promise.all([buy(store), buy(store)])))) races += 1;
  });
  await fc.assert(race, { numRuns: RUNS, seed });
  return races;
}

/** So long, in virtual microseconds, may a call take. With these two about half of the runs race, as under fast-check. */
const READ_WITHIN = 1_000;
const WRITE_WITHIN = 630;

/**
 * The same in our kernel: two processes, and a call of the store takes effect after a drawn time. All that a campaign has on
 * is on: draws, digest, checkpoints, guards of processes, two clocks and a disk each.
 */
async function byKernel(seed: number): Promise<number> {
  let races = 0;
  for (let run = 0; run < RUNS; run += 1) {
    const world = new World({ seed: seed * RUNS + run });
    const shelf = { onHand: 1 };
    const sales: boolean[] = [];
    for (const name of CLIENTS) {
      const client = world.process(name, async (own) => {
        sales.push(await buy(localStore(own, world.draws.stream(name), shelf)));
      });
      client.start();
    }
    await finish(world);
    if (oversold(sales)) races += 1;
  }
  return races;
}

const localStore = (own: Incarnation, draws: DrawStream, shelf: { onHand: number }): Store => ({
  async read() {
    await passTime(own, draws, READ_WITHIN);
    return shelf.onHand;
  },
  async write(left) {
    await passTime(own, draws, WRITE_WITHIN);
    shelf.onHand = left;
  },
});

async function finish(world: World): Promise<void> {
  const end = await world.run();
  if (end.kind !== 'idle') throw new Error(`the world of the race did not end as it should: ${end.kind}`);
}

const passTime = (own: Incarnation, draws: DrawStream, within: number): Promise<void> =>
  new Promise((resolve) => void own.setTimer(draws.next(within), resolve));

/** So far apart, in virtual microseconds, may the clients begin; again about half of the runs race. */
const BEGIN_WITHIN = 2_200;

/**
 * As it is really done here, and more than fast-check's contender does: the store is a third process, and each call is a
 * message to it over the simulated network and an answer back, over connections that are opened first.
 */
async function byNetwork(seed: number): Promise<number> {
  let races = 0;
  for (let run = 0; run < RUNS; run += 1) {
    const world = new World({ seed: seed * RUNS + run });
    const network = new Network(world);
    const server = world.process('store', storeServer(network));
    const sales: boolean[] = [];
    server.start();
    for (const name of CLIENTS) {
      const client = world.process(name, async (own) => {
        await passTime(own, world.draws.stream(name), BEGIN_WITHIN);
        sales.push(await buy(remoteStore(network, own, server)));
      });
      client.start();
    }
    await finish(world);
    if (oversold(sales)) races += 1;
  }
  return races;
}

/** A request is what shall be on hand, or null to ask. */
const storeServer =
  (network: Network) =>
  (own: Incarnation): void => {
    let onHand = 1;
    network.listen(own, (endpoint) => {
      endpoint.handlers = {
        message(left) {
          if (left !== null) onHand = left as number;
          endpoint.send(onHand);
        },
        closed: () => undefined,
      };
    });
  };

function remoteStore(network: Network, own: Incarnation, server: SimProcess): Store {
  let answered: (onHand: number) => void = () => undefined;
  const endpoint = network.connect(own, server, { message: (onHand) => answered(onHand as number), closed: () => undefined });
  const ask = (request: number | null): Promise<number> =>
    new Promise((resolve) => {
      answered = resolve;
      endpoint.send(request);
    });
  return {
    read: () => ask(null),
    async write(left) {
      await ask(left);
    },
  };
}

/** Runs by processor time, and the share of them that raced. */
async function readings(races: (seed: number) => Promise<number>, seed: number): Promise<Reading[]> {
  const { value: found, cpuMs } = await cpuTimeOf(() => races(seed));
  return [
    { measure: 'speed', unit: 'runs per CPU second', value: RUNS / (cpuMs / 1000) },
    { measure: 'runs that sold the last unit twice', unit: '%', value: (100 * found) / RUNS },
  ];
}

export function schedulerBench(): Bench {
  let seed = 0;
  const contender = (name: string, races: (seed: number) => Promise<number>) => ({ name, round: () => readings(races, ++seed) });
  return {
    about: 'two clients race for one unit (check, then decrement). Floor: 6 times the runs of fc.scheduler(), with as many of them racing.',
    base: 'fc.scheduler()',
    contenders: [contender('fc.scheduler()', byFastCheck), contender('kernel', byKernel), contender('kernel and network', byNetwork)],
  };
}
