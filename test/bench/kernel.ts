import type { Incarnation, SimProcess } from '../../sim/kernel/process.js';
import { Trace } from '../../sim/kernel/trace.js';
import { World, type WorldOptions } from '../../sim/kernel/world.js';
import { type Endpoint, Network } from '../../sim/network.js';
import type { Bench, Contender, Reading } from './bench.js';
import { perCpuSecond } from './cpu-time.js';

/** What the client asks in each iteration: three requests, one after the other. */
type Requests = (iteration: number) => readonly [unknown, unknown, unknown];

const mixed: Requests = (iteration) => [iteration, 'ping', ['GET', 'item']];

const shapes: Readonly<Record<string, Requests>> = {
  'mixed payloads': mixed,
  'whole numbers': (iteration) => [iteration, iteration + 1, iteration * 1_000_003],
  'short texts': () => ['ping', 'stock:item:on-hand', 'granted'],
  'Redis commands': (iteration) => [
    ['SET', 'lock:item', 'c1.1', 'NX', 'PX', '500'],
    ['HGET', 'stock:item', 'fence'],
    ['EVALSHA', 'e0e1f9fabfc9d4800c877a703b823ac0578ff8db', '1', 'lock:item', String(iteration)],
  ],
  objects: (iteration) => [
    { kind: 'read', key: 'item' },
    { kind: 'write', key: 'item', value: iteration },
    { kind: 'done', ok: true, rows: [iteration, null] },
  ],
};

const ITERATIONS = 40_000;
const UNIT = 'events per CPU second';

/** A client that awaits an echo server, over the real network: each request and each answer is an event, its delay drawn. */
async function echo(iterations: number, requests: Requests, options: Partial<WorldOptions>): Promise<number> {
  const world = new World({ seed: 1, budget: { events: Infinity, time: Infinity }, ...options });
  const network = new Network(world);
  const server = world.process('server', (own) => network.listen(own, answerEach));
  const client = world.process('client', async (own) => {
    const call = caller(network, own, server);
    for (let iteration = 0; iteration < iterations; iteration += 1) {
      for (const request of requests(iteration)) await call(request);
    }
    world.stop();
  });
  server.start();
  client.start();
  const end = await world.run();
  if (end.kind !== 'stopped') throw new Error(`the echo world did not end as it should: ${end.kind}`);
  return world.events;
}

const answerEach = (endpoint: Endpoint): void => {
  endpoint.handlers = { message: (payload) => endpoint.send(payload), closed: () => undefined };
};

function caller(network: Network, own: Incarnation, server: SimProcess): (request: unknown) => Promise<unknown> {
  let answered: (payload: unknown) => void = () => undefined;
  const endpoint = network.connect(own, server, { message: (payload) => answered(payload), closed: () => undefined });
  return (request) =>
    new Promise((resolve) => {
      answered = resolve;
      endpoint.send(request);
    });
}

/** Events of all shapes of payload, a measure each. */
async function eachShape(options: Partial<WorldOptions>): Promise<Reading[]> {
  const readings: Reading[] = [];
  for (const [shape, requests] of Object.entries(shapes)) readings.push(await perCpuSecond(shape, UNIT, () => echo(ITERATIONS, requests, options)));
  return readings;
}

export function kernelBench(): Bench {
  const contenders: Contender[] = [
    { name: 'digest on', round: () => eachShape({}) },
    { name: 'digest off', round: () => eachShape({ digest: false }) },
    { name: 'trace on', round: async () => [await perCpuSecond('mixed payloads', UNIT, () => echo(ITERATIONS, mixed, { trace: new Trace() }))] },
    {
      name: 'drain immediate',
      // Several times slower: fewer iterations make as long a round.
      round: async () => [await perCpuSecond('mixed payloads', UNIT, () => echo(ITERATIONS / 5, mixed, { drain: 'immediate' }))],
    },
  ];
  return {
    about:
      'a client that awaits three RPCs an iteration from an echo server, through the network, draws and digest on. ' +
      'Floors: 1,000,000 events/s; digest off at most 1.10 of digest on; trace on at least 0.33.',
    base: 'digest on',
    contenders,
  };
}
