import { describe, expect, test } from 'vitest';
import type { FaultKind } from '../../../../src/locks/envelope.js';
import type { SimProcess } from '../../../../sim/kernel/process.js';
import type { Episode } from '../../../../sim/nemesis/fault.js';
import { faultKinds } from '../../../../sim/nemesis/faults.js';
import { type FaultCount, Nemesis } from '../../../../sim/nemesis/nemesis.js';
import { type Endpoint, Network } from '../../../../sim/network.js';
import { runWorld, sleep } from '../../../support/run-world.js';

/** What one run of the small world below showed. */
interface Seen {
  readonly log: string[];
  readonly count: FaultCount;
}

const TIMEOUT = 400_000;
/** The client asks between these true times, every 10 ms; before and after, no operation is under way. */
const WORK = { from: 100_000, to: 1_000_000 };

/**
 * A client asks a server for its memory, its clock and a count, a fault happens, and everything that the client saw is
 * logged, with times to the millisecond. A second server exchanges datagrams with the first.
 */
async function underFault(plan: Partial<Episode> & { readonly kind: FaultKind }, options: { heal?: number; rest?: Episode[] } = {}): Promise<Seen> {
  const log: string[] = [];
  const episode: Episode = { atMs: 200, forMs: 150, target: 'c1-server', strength: 1, ...plan };
  let nemesis: Nemesis | undefined;
  let asking = false;
  const { end } = await runWorld((world) => {
    const network = new Network(world, { base: 1_000, spread: 0 });
    const note = (text: string): void => void log.push(`${Math.round(world.now / 1000)} ${text}`);
    const processes = new Map<string, SimProcess>();
    const add = (process: SimProcess): SimProcess => (processes.set(process.name, process), process);

    const server = add(
      world.process('server', (own) => {
        const memory = server.disk.read('log').length;
        let asked = memory;
        network.listen(own, (endpoint) => {
          endpoint.handlers = {
            message: () => {
              server.disk.append('log', asked++);
              server.disk.sync('log');
              endpoint.send([asked, Math.floor((server.wall.at(world.now) - 1_767_225_600_000_000) / 1000)]);
            },
            closed: () => undefined,
          };
        });
        void (async () => {
          for (let at = 0; world.now < WORK.to; at++) {
            network.send(own, other, at);
            await sleep(own, 10_000);
          }
        })();
      }),
    );
    const other = add(world.process('other', (own) => network.receive(own, (_, payload) => note(`datagram ${String(payload)}`))));

    add(
      world.process('c1', async (own) => {
        if (world.now < WORK.from) await sleep(own, WORK.from - world.now);
        let endpoint: Endpoint | null = null;
        let settle: (answer: unknown) => void = () => undefined;
        while (world.now < WORK.to) {
          asking = true;
          const link = (endpoint ??= network.connect(own, server, {
            message: (answer) => settle(answer),
            closed: (reason) => {
              if (endpoint === link) endpoint = null;
              settle(reason);
            },
          }));
          const answer = await new Promise<unknown>((resolve) => {
            const timer = own.setTimer(TIMEOUT, () => resolve('timeout'));
            settle = (value) => {
              timer.cancel();
              resolve(value);
            };
            link.send('ask');
          });
          asking = false;
          note(`answer ${JSON.stringify(answer)}`);
          if (answer === 'timeout') {
            link.close();
            endpoint = null;
          }
          await sleep(own, 10_000);
        }
        endpoint?.close();
      }),
    );
    processes.get('c1')?.onCrash.push(() => (asking = false));

    for (const process of [other, server, processes.get('c1')]) process?.start();
    nemesis = new Nemesis(
      {
        world,
        network,
        process: (name) => processes.get(name) as SimProcess,
        busy: (name) => asking && (name === undefined || name === 'c1'),
        memoryOf: () => server.disk.read('log').length,
      },
      [episode, ...(options.rest ?? [])],
    );
    nemesis.start();
    if (options.heal !== undefined) world.at(options.heal, 'heal', () => nemesis?.heal());
  });
  expect(end).toEqual({ kind: 'idle' });
  return { log, count: nemesis?.counts[plan.kind] ?? { injected: 0, effective: 0 } };
}

const undisturbed = (): Promise<Seen> => underFault({ kind: 'delay', atMs: 5_000 });

/** Each kind where it changes what the client sees, and where it is there but changes nothing for anybody. */
const cases: Record<FaultKind, { effective: Partial<Episode>; idle: Partial<Episode>; shows: RegExp | null }> = {
  delay: { effective: { strength: 40 }, idle: { atMs: 10, forMs: 20 }, shows: null },
  stall: { effective: {}, idle: { atMs: 10, forMs: 20 }, shows: /^351 answer/m },
  reset: { effective: { target: 'c1', strength: 0, atMs: 209 }, idle: { target: 'other', strength: 30 }, shows: /answer "reset"/ },
  'one-way-partition': { effective: { target: 'server>c1' }, idle: { target: 'server>c1', atMs: 10, forMs: 20 }, shows: /^350 answer/m },
  'partial-partition': { effective: { strength: 0 }, idle: { atMs: 10, forMs: 20 }, shows: /^351 answer/m },
  'reply-lost': { effective: { strength: 60 }, idle: { atMs: 10, forMs: 20, strength: 60 }, shows: /answer "(reset|timeout)"/ },
  'datagram-loss': { effective: { target: 'server>other', strength: 60 }, idle: { target: 'other>server', strength: 60 }, shows: null },
  'datagram-duplication': { effective: { target: 'server>other', strength: 60 }, idle: { target: 'other>server', strength: 60 }, shows: null },
  'datagram-reordering': { effective: { target: 'server>other', strength: 60 }, idle: { target: 'other>server', strength: 60 }, shows: null },
  crash: { effective: { target: 'c1', atMs: 209 }, idle: { target: 'c1', atMs: 20, forMs: 20 }, shows: null },
  restart: { effective: { target: 'server', atMs: 209 }, idle: { target: 'server', atMs: 20, forMs: 20 }, shows: /answer "(ended|refused)"/ },
  flush: { effective: { target: 'server' }, idle: { target: 'server', atMs: 20, forMs: 20 }, shows: /answer \[1,[3-9]\d\d\]/ },
  pause: { effective: { target: 'server' }, idle: { target: 'other' }, shows: /^351 answer/m },
  'clock-skew': {
    effective: { target: 'server', atMs: 0, strength: 3_600_000 },
    idle: { target: 'other', atMs: 0, strength: 3_600_000 },
    shows: /answer \[1,3600\d\d\d\]/,
  },
  'clock-drift': { effective: { target: 'server', strength: 200_000 }, idle: { target: 'other', strength: 200_000 }, shows: null },
  'clock-step': { effective: { target: 'server', strength: 500_000 }, idle: { target: 'other', strength: 500_000 }, shows: /answer \[\d+,500\d\d\d\]/ },
};

describe.each(Object.entries(cases) as [FaultKind, (typeof cases)[FaultKind]][])('%s', (kind, { effective, idle, shows }) => {
  test('changes what an operation sees, and counts as effective, once an episode', async () => {
    const { log, count } = await underFault({ kind, ...effective });
    expect(log).not.toEqual((await undisturbed()).log);
    if (shows !== null) expect(log.join('\n')).toMatch(shows);
    expect(count).toEqual({ injected: 1, effective: 1 });
  });

  test('is only injected where nothing depends on it', async () => {
    expect((await underFault({ kind, ...idle })).count).toEqual({ injected: 1, effective: 0 });
  });
});

test('every kind is shown above', () => {
  expect(Object.keys(cases).toSorted()).toEqual(faultKinds.toSorted());
});

describe('a fault that is nothing is not effective:', () => {
  test.each<[FaultKind, Partial<Episode>]>([
    ['clock-drift', { target: 'server', strength: 0 }],
    ['clock-step', { target: 'server', strength: 0 }],
    ['clock-skew', { target: 'server', strength: 0 }],
    ['reset', { target: 'other', strength: 0 }],
    ['partial-partition', { forMs: 0 }],
    ['pause', { target: 'server', forMs: 0 }],
  ])('%s %j', async (kind, episode) => {
    const { log, count } = await underFault({ kind, ...episode });
    expect(count.effective).toBe(0);
    expect(log).toEqual((await undisturbed()).log);
  });
});

test('an episode on a process that is down cannot begin, and does not count', async () => {
  const restart: Episode = { kind: 'restart', atMs: 200, forMs: 150, target: 'server', strength: 1 };
  const { count } = await underFault({ kind: 'flush', target: 'server', atMs: 250 }, { rest: [restart] });
  expect(count).toEqual({ injected: 0, effective: 0 });
});

test('one pause at a time: a second one on the same process does not begin', async () => {
  const { count } = await underFault({ kind: 'pause', target: 'server' }, { rest: [{ kind: 'pause', atMs: 250, forMs: 500, target: 'server', strength: 1 }] });
  expect(count).toEqual({ injected: 1, effective: 1 });
});

describe('healing', () => {
  /** What lasts can be healed; the rest is over when it has happened. */
  const lasting: readonly FaultKind[] = [
    ...(['delay', 'stall', 'reset', 'one-way-partition', 'partial-partition', 'reply-lost'] as const),
    ...(['crash', 'restart', 'flush', 'pause'] as const),
  ];

  test.each(lasting)('ends %s at once, and lets none begin any more', async (kind) => {
    const long = { kind, ...cases[kind].effective, forMs: 5_000 };
    const late: Episode = { atMs: 500, forMs: 100, target: 'c1-server', strength: 100, ...cases[kind].effective, kind };
    const { log, count } = await underFault(long, { heal: 300_000, rest: [{ ...late, atMs: 500 }] });
    expect(count.injected).toBe(1);
    // Messages that were already held back arrive when they would have; the client gives them up and asks again.
    const after = log.filter((line) => Number(line.split(' ')[0]) > 800 && line.includes('answer'));
    expect(after.length).toBeGreaterThan(10);
    for (const line of after) expect(line).toMatch(/answer \[/);
  });

  test('lets a paused process go on from there, with all that was held back', async () => {
    const { log } = await underFault({ kind: 'pause', target: 'server', forMs: 5_000 }, { heal: 300_000 });
    expect(log.filter((line) => /^(29|30|31)\d answer/.test(line))).toEqual([expect.stringMatching(/^301 answer/), expect.stringMatching(/^313 answer/)]);
  });

  test('gives a drifting clock its right rate back, but not the time that it lost', async () => {
    const { log } = await underFault({ kind: 'clock-drift', target: 'server', strength: 100_000, forMs: 5_000 }, { heal: 300_000 });
    const offsets = log.flatMap((line) => {
      const [, at, reading] = /^(\d+) answer \[\d+,(\d+)\]/.exec(line) ?? [];
      return at === undefined ? [] : [Number(reading) - Number(at)];
    });
    expect(offsets.at(-1)).toBe(Math.max(...offsets));
    expect(Math.max(...offsets)).toBeGreaterThanOrEqual(8);
    expect(Math.max(...offsets)).toBeLessThanOrEqual(10);
  });
});

test('the same plan gives the same run', async () => {
  const plan = { kind: 'reply-lost', strength: 40, forMs: 600 } as const;
  expect(await underFault(plan)).toEqual(await underFault(plan));
});
