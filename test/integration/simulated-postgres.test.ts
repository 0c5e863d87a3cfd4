import pg from 'pg';
import postgres from 'postgres';
import { describe, expect, test } from 'vitest';
import { simulate, SimulationFailure, type SimulateOptions, type SimulationBody, type SimulatedPostgres, type SimulatedWorld } from '../../sim/index.js';

/** One calm run is enough where nothing depends on the seed. */
const once = (body: SimulationBody, options: SimulateOptions = {}) => simulate(body, { seeds: 1, faults: 'none', lateness: false, ...options });

const thrownBy = (body: SimulationBody, options: SimulateOptions = {}): Promise<unknown> =>
  once(body, options).then(
    () => Promise.reject(new Error('it passed')),
    (error: unknown) => error,
  );

const failureOf = async (body: SimulationBody, options: SimulateOptions = {}): Promise<SimulationFailure> => {
  const error = await simulate(body, options).then(
    () => new Error('it passed'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof SimulationFailure)) throw error;
  return error;
};

const STOCK = 'CREATE TABLE stock (sku text PRIMARY KEY, quantity integer NOT NULL)';

function shopDatabase(world: SimulatedWorld, quantity = 1): SimulatedPostgres {
  const db = world.postgres('db');
  db.run(`${STOCK}; INSERT INTO stock VALUES ('mug', ${quantity})`);
  return db;
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

describe('asked directly', () => {
  test('it gives rows as a test looks at them', async () => {
    await once((world) => {
      const db = world.postgres('db');
      expect(db.run("SELECT 1::int2 AS a, 2 AS b, 3::int8 AS c, 1.5::float8 AS d, true AS e, 1.50 AS f, 'x' AS g, NULL AS h")).toEqual([
        { a: 1, b: 2, c: 3, d: 1.5, e: true, f: '1.50', g: 'x', h: null },
      ]);
      expect(db.run('SELECT $1::int4 + 1 AS n, $2::text AS t, $3::bool AS b', [2, null, true])).toEqual([{ n: 3, t: null, b: true }]);
      expect(() => db.run('SELECT 9007199254740993 AS n')).toThrow(/^n is 9007199254740993, more than .*: select it as n::text$/);
      expect(db.run(`${STOCK}; INSERT INTO stock VALUES ('a', 1); SELECT count(*) FROM stock`)).toEqual([{ count: 1 }]);
      expect(() => db.run("INSERT INTO stock VALUES ('a', 1)")).toThrow(/duplicate key value violates unique constraint "stock_pkey" \(23505\)$/);
      expect(() => db.run('SELECT $1; SELECT 2', [1])).toThrow(/cannot insert multiple commands into a prepared statement/);
    });
  });

  test('it neither waits for a lock nor sees what is not committed', async () => {
    await once(async (world) => {
      const db = shopDatabase(world);
      await world.process('shop', async () => {
        const client = await connect(db.url);
        await client.query('BEGIN');
        await client.query('UPDATE stock SET quantity = 7');
        expect(db.run('SELECT quantity FROM stock')).toEqual([{ quantity: 1 }]);
        expect(() => db.run('UPDATE stock SET quantity = 8')).toThrow(/would have to wait/);
        await client.query('COMMIT');
        expect(db.run('SELECT quantity FROM stock')).toEqual([{ quantity: 7 }]);
      }).finished;
    });
  });
});

describe('a crash', () => {
  test('keeps what was committed and nothing else, and cuts the connections', async () => {
    await once(async (world) => {
      const db = shopDatabase(world, 3);
      const errors: string[] = [];
      await world.process('shop', async () => {
        const client = await connect(db.url);
        await client.query('UPDATE stock SET quantity = 2');
        await client.query('BEGIN');
        await client.query('UPDATE stock SET quantity = 1');
        db.crash();
        expect(db.isAlive).toBe(false);
        expect(() => db.run('SELECT 1')).toThrow('db cannot run SELECT 1: it is down');
        await client.query('COMMIT').catch((error: Error) => errors.push(error.message));
        db.restart();
        expect(db.run('SELECT quantity FROM stock')).toEqual([{ quantity: 2 }]);
        const again = await connect(db.url);
        expect((await again.query('UPDATE stock SET quantity = quantity + 1 RETURNING quantity')).rows).toEqual([{ quantity: 3 }]);
      }).finished;
      expect(errors).toEqual(['Connection terminated unexpectedly']);
    });
  });
});

describe('clients inside', () => {
  test('wait for the locks of each other, and hear notifications', async () => {
    await once(async (world) => {
      const db = shopDatabase(world);
      const said: string[] = [];
      const first = world.process('first', async (own) => {
        const client = await connect(db.url);
        client.on('notification', ({ channel, payload }) => said.push(`${channel}: ${String(payload)}`));
        await client.query('LISTEN news');
        await client.query('BEGIN');
        await client.query('SELECT * FROM stock FOR UPDATE');
        await own.sleep(100);
        said.push('commits');
        await client.query('COMMIT');
      });
      const second = world.process('second', async (own) => {
        const sql = postgres(db.url);
        await own.sleep(50);
        const rows = await sql`UPDATE stock SET quantity = quantity - 1 WHERE sku = ${'mug'} RETURNING quantity`;
        said.push(`taken, ${String(rows[0]?.['quantity'])} left`);
        await sql.notify('news', 'sold');
        await sql.end();
      });
      await Promise.all([first.finished, second.finished]);
      await world.until(() => said.length === 3);
      expect(said).toEqual(['commits', 'taken, 0 left', 'news: sold']);
    });
  });

  test('are asked for the password in clear text, when there is one', async () => {
    await once(async (world) => {
      const db = world.postgres('db', { port: 6000, password: 'a b' });
      expect(db.url).toBe('postgres://postgres:a%20b@db:6000/postgres');
      await world.process('shop', async () => {
        const client = await connect(db.url);
        expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
        await expect(connect(db.url.replace('a%20b', 'wrong'))).rejects.toMatchObject({ code: '28P01' });
      }).finished;
    });
  });
});

/** Two machines of a shop sell the last mug. */
const lastMug =
  (buy: (client: pg.Client) => Promise<boolean>): SimulationBody =>
  async (world) => {
    const db = shopDatabase(world);
    let sold = 0;
    const shops = ['shop-1', 'shop-2'].map((name) =>
      world.process(name, async () => {
        if (await buy(await connect(db.url))) sold += 1;
      }),
    );
    for (const shop of shops) await shop.finished;
    if (sold > 1) throw new Error(`sold ${sold} of 1`);
  };

const READ = 'SELECT quantity FROM stock WHERE sku = $1';
const quantityOf = async (client: pg.Client, sql = READ): Promise<number> => (await client.query<{ quantity: number }>(sql, ['mug'])).rows[0]?.quantity ?? 0;

const lookThenTake = async (client: pg.Client): Promise<boolean> => {
  if ((await quantityOf(client)) < 1) return false;
  await client.query('UPDATE stock SET quantity = quantity - 1 WHERE sku = $1', ['mug']);
  return true;
};

describe('a race over SQL', () => {
  const calm: SimulateOptions = { seeds: 50, faults: 'none', timeMs: 600_000 };

  test('is found, told, and replayed', async () => {
    const failure = await failureOf(lastMug(lookThenTake), calm);
    expect(failure.headline).toBe('sold 2 of 1');
    expect(failure.story).toMatch(
      /shop-[12] read stock where sku = 'mug' \(quantity = 1\) at [\d.]+ ms; shop-[12] wrote it at [\d.]+ ms \(UPDATE stock SET quantity = quantity - 1 WHERE sku = 'mug'\);/,
    );
    expect(failure.story).toMatch(/db -> shop-1 {2}quantity = 1$/m);
    expect(failure.story).toMatch(/^> +[\d.]+ {2}shop-[12] -> db {2}SELECT quantity FROM stock WHERE sku = 'mug'$/m);
    const replayed = await failureOf(lastMug(lookThenTake), { replay: failure.replay });
    expect(replayed.digest).toBe(failure.digest);
    expect(replayed.story.split('\n').slice(1)).toEqual(failure.story.split('\n').slice(1));
  });

  test.each([
    ['a row lock', (client: pg.Client) => quantityOf(client, `${READ} FOR UPDATE`)],
    ['SERIALIZABLE', (client: pg.Client) => quantityOf(client), 'ISOLATION LEVEL SERIALIZABLE'],
    ['REPEATABLE READ', (client: pg.Client) => quantityOf(client), 'ISOLATION LEVEL REPEATABLE READ'],
  ])('is mended by %s', async (_, read, level = '') => {
    const body = lastMug(async (client) => {
      await client.query(`BEGIN ${level}`);
      try {
        if ((await read(client)) < 1) return false;
        await client.query('UPDATE stock SET quantity = quantity - 1 WHERE sku = $1', ['mug']);
        await client.query('COMMIT');
        return true;
      } catch (error) {
        if ((error as pg.DatabaseError).code === '40001') return false;
        throw error;
      }
    });
    expect((await simulate(body, calm)).seeds).toBe(50);
  });

  test('is mended by a condition whose row count is looked at', async () => {
    const body = lastMug(async (client) => (await client.query('UPDATE stock SET quantity = quantity - 1 WHERE quantity > 0')).rowCount === 1);
    expect((await simulate(body, calm)).seeds).toBe(50);
  });
});

test('a COMMIT whose answer is lost may have happened: who simply tries again does it twice, and the story shows why', async () => {
  const body: SimulationBody = async (world) => {
    const db = shopDatabase(world, 10);
    await world.process('shop', async (own) => {
      for (;;) {
        try {
          const client = await connect(db.url);
          await client.query('BEGIN');
          await client.query('UPDATE stock SET quantity = quantity - 1');
          await client.query('COMMIT');
          return;
        } catch {
          await own.sleep(10);
        }
      }
    }).finished;
    expect(db.run('SELECT quantity FROM stock')).toEqual([{ quantity: 9 }]);
  };
  const failure = await failureOf(body, { seeds: 400, timeMs: 600_000, faults: ['reply-lost'] });
  expect(failure.plan.faults).toHaveLength(1);
  expect(failure.story).toMatch(/shop -> db {2}COMMIT$/m);
  expect(failure.story).toMatch(/db -> shop {2}COMMIT {2}\(never arrives\)$/m);
});

describe('a world that is not meant so is refused with one line', () => {
  const cases: readonly (readonly [body: SimulationBody, line: RegExp])[] = [
    [(world) => void world.postgres('x', { port: 0 }), /^postgres: port must be a whole number from 1 to 65535, got 0$/],
    [(world) => void world.postgres('x', { durable: false } as never), /^world\.postgres\("x"\) has no option "durable"; it has port, password$/],
    [(world) => void world.postgres('x', { password: '' }), /^postgres: password must be a text that is not empty, got ""$/],
    [(world) => [world.redis('x'), world.postgres('x')], /^there is already a process x in this run/],
    [(world) => void world.postgres('x').run('BEGIN'), /^x\.run runs each statement as a transaction of its own, so "BEGIN" means nothing there$/],
    [(world) => void world.postgres('x').run(3 as never), /^x\.run takes SQL and a list of parameters, got 3$/],
    [(world) => void world.postgres('x').run('SELECT $1', [{} as never]), /^x\.run: parameter \$1 must be a text, a number, true, false or null, got \{\}$/],
  ];
  for (const [body, line] of cases) {
    test(String(line), async () => {
      const error = await thrownBy(body);
      expect(error).toMatchObject({ code: 'HOLDFAST_USER_INPUT', message: expect.stringMatching(line) as unknown });
    });
  }
});
