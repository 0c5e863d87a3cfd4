import { createServer, connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { simulate, SimulationFailure, type SimulateOptions, type SimulationBody } from '../../sim/index.js';

/** One calm run is enough where nothing depends on the seed. */
const once = (body: SimulationBody, options: SimulateOptions = {}) => simulate(body, { seeds: 1, faults: 'none', lateness: false, ...options });

const thrownBy = (body: SimulationBody, options: SimulateOptions = {}): Promise<Error> =>
  once(body, options).then(
    () => Promise.reject(new Error('it passed')),
    (error: unknown) => error as Error,
  );

/** Results of the last run that wrote into it. */
const collected = (): { list: string[]; restart: () => string[] } => {
  const own = { list: [] as string[], restart: () => (own.list = []) };
  return own;
};

describe('a process', () => {
  test('that the test does not wait for has not even begun: a forgotten await is no pass', async () => {
    const error = await thrownBy((world) => {
      for (const name of ['ann', 'bob']) world.process(name, () => Promise.reject(new Error('never seen')));
    });
    expect(error.message).toMatch(/^the test ended before ann, bob began: await what they do/);
  });

  test('whose name is taken is told at the line of the test, without ours', async () => {
    const error = await thrownBy((world) => {
      world.process('ann', () => undefined);
      world.process('ann', () => undefined);
    });
    expect(error.message).toMatch(/there is already a process ann/);
    expect(error.stack).toMatch(/simulated-world\.test\.ts:\d+/);
    expect(error.stack).not.toMatch(/\/sim\/(simulate|kernel)\//);
  });

  test('runs anew after each crash, and finishes once', async () => {
    const seen = collected();
    await once(async (world) => {
      const said = seen.restart();
      const worker = world.process('worker', async (own) => {
        said.push(`life ${own.life}`);
        await own.sleep(10);
        said.push('done');
      });
      await world.sleep(5);
      worker.crash();
      said.push(`alive: ${worker.isAlive}`);
      await world.sleep(20);
      worker.restart();
      await worker.finished;
      await worker.finished;
      said.push(`at ${world.nowMs}`);
    });
    expect(seen.list).toEqual(['life 1', 'alive: false', 'life 2', 'done', 'at 35']);
  });

  test('stands still while it is paused, and its clock goes on', async () => {
    const seen = collected();
    await once(async (world) => {
      const said = seen.restart();
      const worker = world.process('worker', async (own) => {
        const begun = Date.now();
        await own.sleep(10);
        said.push(`woke after ${Date.now() - begun}`);
      });
      await world.sleep(5);
      worker.pause(100);
      await worker.finished;
    });
    expect(seen.list).toEqual(['woke after 105']);
  });

  test('that ends itself with code 0 has finished', async () => {
    const seen = collected();
    await once(async (world) => {
      const said = seen.restart();
      const worker = world.process('worker', () => {
        setTimeout(() => process.exit(0), 10);
        return new Promise(() => undefined);
      });
      await worker.finished;
      said.push(`alive: ${worker.isAlive}`);
    });
    expect(seen.list).toEqual(['alive: false']);
  });

  test('can wait for another one: each goes on as itself', async () => {
    const seen = collected();
    await once(async (world) => {
      const said = seen.restart();
      const first = world.process('first', (own) => own.sleep(7));
      const second = world.process('second', async (own) => {
        await first.finished;
        await own.sleep(3);
        said.push('second');
      });
      await second.finished;
      said.push(`at ${world.nowMs}`);
    });
    expect(seen.list).toEqual(['second', 'at 10']);
  });

  test('nothing of it acts after its run', async () => {
    let late = 0;
    let emit: () => void = () => undefined;
    await once(async (world) => {
      world.process('worker', () => {
        const server = createServer(() => (late += 1)).listen(80);
        setTimeout(() => (late += 1), 10);
        emit = () => void connect(80, 'worker').on('error', () => undefined);
        server.on('close', () => (late += 1));
      });
      await world.sleep(5);
    });
    await new Promise((resolve) => void setTimeout(resolve, 30));
    expect(late).toBe(0);
    expect(emit).not.toThrow();
  });
});

describe('a Redis server', () => {
  test('takes data at once, keeps it over a restart when it is durable, loses it when it is not', async () => {
    const seen = collected();
    await once(async (world) => {
      const said = seen.restart();
      for (const durable of [true, false]) {
        const redis = world.redis(durable ? 'keeps' : 'forgets', { durable, port: 7000, password: 'a b' });
        redis.run('SET', 'stock', 3);
        await world.sleep(1);
        redis.restart();
        said.push(`${redis.url} ${JSON.stringify(redis.run('GET', 'stock'))}`);
        redis.crash();
        said.push(`alive: ${redis.isAlive}`);
        expect(() => redis.run('GET', 'stock')).toThrow(/cannot run GET stock: it is down/);
      }
    });
    expect(seen.list).toEqual(['redis://:a%20b@keeps:7000 "3"', 'alive: false', 'redis://:a%20b@forgets:7000 null', 'alive: false']);
  });
});

describe('until', () => {
  test('goes on at the event after which its condition holds', async () => {
    const seen = collected();
    await once(async (world) => {
      const said = seen.restart();
      const redis = world.redis('redis');
      redis.run('SET', 'n', 0);
      world.process('worker', async (own) => {
        await own.sleep(12);
        redis.run('INCR', 'n');
      });
      await world.until(() => redis.run('GET', 'n') === '1');
      said.push(`at ${world.nowMs}`);
    });
    expect(seen.list).toEqual(['at 12']);
  });

  test('fails the run when time is up, and names what was waited for', async () => {
    const failure = (await thrownBy((world) => world.until(() => false, { withinMs: 250, what: 'the moon' }))) as SimulationFailure;
    expect(failure).toBeInstanceOf(SimulationFailure);
    expect(failure.headline).toBe('waited 250 ms for the moon, in vain');
    expect(failure.stack).toContain('simulated-world.test.ts');
    expect((await thrownBy((world) => world.until(() => 1 > 2), { patienceMs: 100_000 })).message).toMatch(
      /^waited 60000 ms for until\(\(\) => 1 > 2\), in vain/,
    );
  });

  test('refuses a condition that answers a promise', async () => {
    const condition = (() => Promise.resolve(true)) as unknown as () => boolean;
    expect((await thrownBy((world) => world.until(condition))).message).toMatch(/must answer true or false at once, and answered a promise/);
  });
});

describe('always', () => {
  const counting =
    (holds: (n: number) => boolean | string | null): SimulationBody =>
    async (world) => {
      const redis = world.redis('redis');
      redis.run('SET', 'n', 0);
      world.always('n is small', () => holds(Number(redis.run('GET', 'n'))));
      await world.process('worker', async (own) => {
        for (let at = 0; at < 5; at++) {
          await own.sleep(10);
          redis.run('INCR', 'n');
        }
      }).finished;
      // Not looked at while nobody can look.
      redis.crash();
      await world.sleep(10);
    };

  test('holds, or fails the run at the event that broke it', async () => {
    await once(counting((n) => n < 6));
    const failure = (await thrownBy(counting((n) => n < 3))) as SimulationFailure;
    expect(failure.headline).toBe('always "n is small" does not hold');
    expect(failure.story).toMatch(/ {2}30\.00 {2}test FAILS/);
    expect(failure.stack).toContain('simulated-world.test.ts');
  });

  test('says what is wrong', async () => {
    const failure = await thrownBy(counting((n) => (n < 3 ? null : `n is ${n}`)));
    expect(failure.message).toMatch(/^always "n is small" does not hold: n is 3\n/);
  });
});

describe('integer', () => {
  test('stays in its range, and is made as small as it gets', async () => {
    const failure = (await thrownBy(
      async (world) => {
        const [n, m] = [world.integer(3, 1000), world.integer(-5, 5)];
        expect(n >= 3 && n <= 1000 && m >= -5 && m <= 5).toBe(true);
        await world.process('worker', (own) => {
          own.note(`n = ${n}, m = ${m}`);
          if (n >= 17) throw new Error('too many');
        }).finished;
      },
      { seeds: 50 },
    )) as SimulationFailure;
    expect(failure.headline).toBe('the main function of worker failed: too many');
    expect(failure.story).toContain('worker: n = 17, m = -5');
  });
});

describe('a world that is not meant so is refused with one line', () => {
  const cases: readonly (readonly [body: SimulationBody, line: RegExp])[] = [
    [(world) => void world.process('a b', () => undefined), /^the name of a process is its host name: .*, got "a b"$/],
    [(world) => void world.process('test', () => undefined), /^no process can be called test/],
    [(world) => ['x', 'x'].map((name) => world.redis(name)), /^there is already a process x in this run/],
    [(world) => void world.process('x', 3 as never), /start must be a function, got 3$/],
    [(world) => void world.redis('x', { port: 70_000 }), /^redis: port must be a whole number from 1 to 65535, got 70000$/],
    [(world) => void world.redis('x', { prot: 1 } as never), /^world\.redis\("x"\) has no option "prot"; it has port, durable, password$/],
    [(world) => void world.redis('x', { durable: 'no' } as never), /^redis: durable must be true or false, got "no"$/],
    [(world) => void world.redis('x', { password: '' }), /^redis: password must be a text that is not empty, got ""$/],
    [(world) => void world.redis('x').run('SET', 'a', {} as never), /^x\.run takes a command and its arguments, texts and numbers, got \{\}$/],
    [(world) => void world.process('x', () => undefined, { fault: false } as never), /^world\.process\("x"\) has no option "fault"; it has faults$/],
    [(world) => world.until(() => true, { within: 3 } as never), /^world\.until has no option "within"; it has withinMs, what$/],
    [(world) => world.until(3 as never), /condition must be a function, got 3$/],
    [(world) => void world.always('x', 3 as never), /holds must be a function, got 3$/],
    [(world) => void world.integer(3, 2), /^world\.integer\(min, max\) takes whole numbers/],
    [(world) => world.sleep(-1), /^sleep takes a number of milliseconds, 0 or more, got -1$/],
    [() => simulate(() => undefined), /^simulate was called inside a simulation/],
  ];
  for (const [body, line] of cases) {
    test(String(line), async () => {
      const error = await thrownBy(body);
      expect(error).toMatchObject({ code: 'HOLDFAST_USER_INPUT' });
      expect(error.message).toMatch(line);
    });
  }
});
