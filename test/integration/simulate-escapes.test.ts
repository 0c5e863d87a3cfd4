import { AsyncLocalStorage } from 'node:async_hooks';
import { promises as fs } from 'node:fs';
import { createServer, connect, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { simulate, SimulationFailure, type SimulateOptions, type SimulatedWorld } from '../../sim/index.js';

const neverEnds = '(a dynamic import(), a real I/O, or a client that was made outside of the process never ends in it: see freshModule)';

/** Runs `code` as the main function of a process, and gives back the failure that it must end with. */
const failureOf = (code: () => unknown, options: SimulateOptions = {}): Promise<SimulationFailure> =>
  failureOfBody(async (world) => {
    await world.process('shop', code).finished;
    await world.sleep(1_000);
  }, options);

async function failureOfBody(body: (world: SimulatedWorld) => unknown, options: SimulateOptions = {}): Promise<SimulationFailure> {
  try {
    await simulate(body, { faults: 'none', seeds: 2, stuckMs: 300, ...options });
  } catch (error) {
    if (error instanceof SimulationFailure) return error;
    throw error;
  }
  throw new Error('it passed');
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

describe('what leaves the simulation names the place and the way out', () => {
  const place = / at \S*simulate-escapes\.test\.ts:\d+; /;

  test('fs promises', async () => {
    const failure = await failureOf(() => fs.readFile('package.json'));
    expect(failure.headline).toMatch(/^shop tried to leave the simulation: fs\/promises\.readFile leaves the simulation/);
    expect(failure.headline).toMatch(place);
    expect(failure.headline).toContain('use the synchronous fs functions');
  });

  test('fs promises, though the code swallows the error', async () => {
    const failure = await failureOf(async () => {
      await fs.readFile('package.json').catch(() => undefined);
    });
    expect(failure.headline).toMatch(/^shop tried to leave the simulation: fs\/promises\.readFile/);
  });

  test('a worker thread', async () => {
    const failure = await failureOf(() => new Worker('1', { eval: true }));
    expect(failure.headline).toMatch(/^shop tried to leave the simulation: worker_threads\.Worker/);
    expect(failure.headline).toMatch(place);
  });

  test('a real socket made outside', async () => {
    const server = createServer((socket) => void socket.pipe(socket));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    await once(socket, 'connect');
    try {
      const failure = await failureOf(() => {
        socket.write('ping');
      });
      expect(failure.headline).toMatch(/^shop tried to leave the simulation: /);
      expect(failure.headline).toMatch(place);
    } finally {
      socket.destroy();
      server.close();
    }
  });
});

describe('what never ends is ended', () => {
  test('an endless loop', async () => {
    const failure = await failureOf(() => {
      for (;;);
    });
    expect(failure.headline).toMatch(/^shop computed for longer than 300 ms in one event/);
  });

  test('an endless loop of microtasks', async () => {
    const failure = await failureOf(async () => {
      for (;;) await Promise.resolve();
    });
    expect(failure.headline).toMatch(/^shop computed for longer than 300 ms in one event/);
  });

  test('an endless loop of nextTick', async () => {
    const failure = await failureOf(() => {
      const again = (): void => process.nextTick(again);
      again();
    });
    expect(failure.headline).toMatch(/^shop computed for longer than 300 ms in one event/);
  });

  test('an endless loop of timers', async () => {
    const failure = await failureOf(
      async () => {
        for (;;) await pause(1);
      },
      { events: 500 },
    );
    expect(failure.headline).toBe(`the run was not over after 500 events: it waits for shop to finish; not finished: shop ${neverEnds}`);
  });

  test('a promise that nothing resolves', async () => {
    const failure = await failureOf(() => new Promise(() => undefined));
    expect(failure.headline).toBe(`the test did not come to its end: it waits for shop to finish; not finished: shop ${neverEnds}`);
    const other = await failureOfBody(() => new Promise(() => undefined));
    expect(other.headline).toMatch(/^the test did not come to its end: it waits for something that the simulation knows nothing of \(a dynamic import/);
  });
});

describe('what would have ended a real process ends the run, and names the process', () => {
  const cases: readonly (readonly [what: string, code: () => unknown, headline: RegExp])[] = [
    ['a throw in the main function', () => void fail('boom'), /^the main function of shop failed: boom$/],
    ['a rejection of the main function', () => Promise.reject(new TypeError('boom')), /^the main function of shop failed: TypeError: boom$/],
    ['an unhandled rejection', () => void Promise.reject(new Error('boom')), /^shop died of what nobody caught: boom$/],
    ['a throw in nextTick', () => process.nextTick(fail, 'boom'), /^shop died of what nobody caught: boom$/],
    ['a throw in a microtask', () => queueMicrotask(() => fail('boom')), /^shop died of what nobody caught: boom$/],
    ['a throw in a timer', () => void setTimeout(fail, 5, 'boom'), /^shop died of what nobody caught: boom$/],
    ['a throw in an event handler', () => process.emit('SIGUSR2' as never, process.on('SIGUSR2', () => fail('boom')) as never), /boom$/],
    ['a string that is thrown', () => void fail('boom', 'text'), /^the main function of shop failed: threw 'boom'$/],
  ];
  for (const [what, code, headline] of cases) {
    test(what, async () => {
      const failure = await failureOf(code);
      expect(failure.headline).toMatch(headline);
      expect(failure.message).toContain('FAILS');
    });
  }

  test('a throw in a handler of a socket', async () => {
    const failure = await failureOfBody(async (world) => {
      world.process('shop', () => {
        createServer(() => fail('boom')).listen(80);
      });
      await world.sleep(1);
      connect(80, 'shop');
      await world.sleep(1_000);
    });
    expect(failure.headline).toBe('shop died of what nobody caught: boom');
  });

  test('process.exit', async () => {
    const failure = await failureOf(() => process.exit(3));
    expect(failure.headline).toMatch(/^shop .*process\.exit\(3\)/);
  });
});

test('a failing run has its own message, and the listeners of the real process are what they were', async () => {
  const before = process.listenerCount('SIGTERM');
  await simulate(
    async (world) => {
      await world.process('shop', () => void process.on('SIGTERM', () => undefined)).finished;
    },
    { faults: 'none', seeds: 1 },
  );
  expect(process.listenerCount('SIGTERM')).toBe(before);
});

function fail(what: string, as: 'error' | 'text' = 'error'): never {
  // eslint-disable-next-line @typescript-eslint/only-throw-error -- code under test may throw anything
  throw as === 'error' ? new Error(what) : what;
}

describe('a failure is told whatever it looks like', () => {
  const odd: readonly [string, () => Error, string][] = [
    ['a frozen error', () => Object.freeze(new Error('frozen')), 'frozen'],
    ['an error whose message is a number', () => Object.assign(new Error(), { message: 5 }), '5'],
    ['an error that makes its own stack', () => Object.defineProperty(new Error('own'), 'stack', { get: () => 7 }), 'own'],
  ];
  test.each(odd)('%s', async (_, make, headline) => {
    const failure = await failureOfBody(() => Promise.reject(make()));
    expect(failure.headline).toBe(headline);
  });

  test('a process that has ended itself with code 0 fails no more, whatever it makes of that', async () => {
    const wrap = async (): Promise<void> => {
      try {
        process.exit(0);
      } catch (error) {
        throw new Error('wrapped', { cause: error });
      }
    };
    const body = async (world: SimulatedWorld): Promise<void> => {
      await world.process('main', wrap).finished;
      await world.process('handler', () => void setTimeout(() => void wrap(), 5)).finished;
      await world.sleep(100);
    };
    await expect(simulate(body, { faults: 'none', seeds: 1 })).resolves.toMatchObject({ seeds: 1 });
  });
});

test('a script that is broken off in the middle spoils no later run', async () => {
  const script = 'local parts = {} while true do parts[#parts + 1] = string.rep("x", 10000) .. #parts end';
  const failure = await failureOfBody((world) => world.redis('store').run('EVAL', script, 0), { stuckMs: 50 });
  expect(failure.headline).toMatch(/computed for longer than 50 ms/);
  const answers: unknown[] = [];
  await simulate((world) => void answers.push(world.redis('store').run('EVAL', 'return 1 + 1', 0)), { faults: 'none', seeds: 1 });
  expect(new Set(answers)).toEqual(new Set([2]));
});

test('a condition that leaves a rejected promise behind is no business of the real process', async () => {
  const heard: unknown[] = [];
  const listener = (error: unknown): void => void heard.push(error);
  process.on('unhandledRejection', listener);
  try {
    const failure = await failureOfBody(async (world) => {
      world.always('paid', (() => Promise.reject(new Error('never paid'))) as never);
      await world.sleep(10);
    });
    expect(failure.headline).toMatch(/must answer true or false at once, and answered a promise/);
    await pause(20);
    expect(heard).toEqual([]);
  } finally {
    process.off('unhandledRejection', listener);
  }
});

test('processes share no AsyncLocalStorage', async () => {
  const storage = new AsyncLocalStorage<string>();
  const seen: unknown[] = [];
  await simulate(
    async (world) => {
      await world.process('first', () => storage.enterWith('of the first')).finished;
      await world.process('second', () => void seen.push(storage.getStore())).finished;
    },
    { faults: 'none', seeds: 1 },
  );
  expect(new Set(seen)).toEqual(new Set([undefined]));
});
