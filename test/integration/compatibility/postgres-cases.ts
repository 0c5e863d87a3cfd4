import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import postgres from 'postgres';
import type { SimulatedWorld } from '../../../sim/simulate/simulated-world.js';
import { again, expectSame } from './again.js';
import { clientFaults, type CompatibilityCase } from './compatibility-case.js';

/** What a writer does with one key; all of it may be repeated without harm, so that any fault may hit it. */
interface Writer {
  insert(key: string): Promise<unknown>;
  read(key: string): Promise<number | undefined>;
  /** Under a row lock, in a transaction, where the client can do that. */
  raise(key: string, to: number): Promise<unknown>;
  notify(payload: string): Promise<unknown>;
  end(): Promise<unknown>;
}

interface Driver {
  readonly open: (url: string) => Writer;
  /** Hears the channel `news`, whatever becomes of its connection. */
  readonly listen: (url: string, heard: (payload: string) => void) => Promise<unknown>;
}

/** Two writers and a listener. */
const bodyOf =
  ({ open, listen }: Driver): CompatibilityCase['body'] =>
  async (world: SimulatedWorld) => {
    const server = world.postgres('postgres');
    server.run('CREATE TABLE items (key text PRIMARY KEY, n integer NOT NULL)');
    const heard = new Set<string>();
    world.process('listener', () => listen(server.url, (payload) => heard.add(payload)));
    const writers = ['writer-1', 'writer-2'].map((name) =>
      world.process(name, async () => {
        const client = open(server.url);
        for (let round = 0; round < 5; round++) {
          const key = `${name}:${round}`;
          await again(() => client.insert(key));
          expectSame('read', await again(() => client.read(key)), 1);
          await again(() => client.raise(key, 2));
          expectSame('read', await again(() => client.read(key)), 2);
          await again(() => client.notify(name));
          await sleep(world.integer(0, 100));
        }
        await client.end();
      }),
    );
    for (const writer of writers) await writer.finished;
    world.calm();
    world.process('late', async () => {
      const client = open(server.url);
      while (!heard.has('late')) {
        await again(() => client.notify('late'));
        await sleep(100);
      }
      await client.end();
    });
    await world.until(() => heard.has('late'), { what: 'the listener to hear something after the last fault' });
  };

const nothing = (): void => undefined;

const pgDriver: Driver = {
  open(url) {
    const pool = new pg.Pool({ connectionString: url, connectionTimeoutMillis: 500, query_timeout: 500, max: 2 });
    pool.on('error', nothing);
    pool.on('connect', (client) => client.on('error', nothing));
    return {
      insert: (key) => pool.query('INSERT INTO items (key, n) VALUES ($1, 1) ON CONFLICT DO NOTHING', [key]),
      read: async (key) => (await pool.query<{ n: number }>({ name: 'read', text: 'SELECT n FROM items WHERE key = $1', values: [key] })).rows[0]?.n,
      async raise(key, to) {
        const client = await pool.connect();
        let isBroken = true;
        try {
          await client.query('BEGIN');
          await client.query('SELECT n FROM items WHERE key = $1 FOR UPDATE', [key]);
          await client.query('UPDATE items SET n = $2 WHERE key = $1', [key, to]);
          await client.query('COMMIT');
          isBroken = false;
        } finally {
          client.release(isBroken);
        }
      },
      notify: (payload) => pool.query(`NOTIFY news, '${payload}'`),
      end: () => pool.end(),
    };
  },
  async listen(url, heard) {
    for (;;) {
      const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 500 });
      client.on('error', nothing);
      client.on('notification', ({ payload = '' }) => heard(payload));
      try {
        await client.connect();
        const ended = once(client, 'end');
        await client.query('LISTEN news');
        await ended;
      } catch {
        await client.end().catch(nothing);
      }
      await sleep(50);
    }
  },
};

const postgresDriver: Driver = {
  open(url) {
    const sql = postgres(url, { max: 2, fetch_types: false, onnotice: nothing });
    return {
      insert: (key) => sql`INSERT INTO items (key, n) VALUES (${key}, 1) ON CONFLICT DO NOTHING`,
      read: async (key) => (await sql<{ n: number }[]>`SELECT n FROM items WHERE key = ${key}`)[0]?.n,
      // Not with `begin`: when the connection of a transaction is lost, this client ends its process (porsager/postgres#1208).
      raise: (key, to) => sql`UPDATE items SET n = ${to} WHERE key = ${key}`,
      notify: (payload) => sql.unsafe(`NOTIFY news, '${payload}'`),
      end: () => sql.end({ timeout: 1 }),
    };
  },
  listen: (url, heard) => again(() => postgres(url, { fetch_types: false, onnotice: nothing }).listen('news', heard)),
};

const does = 'queries with parameters, prepared statements, LISTEN and NOTIFY, reconnecting';

export const postgresCases: readonly CompatibilityCase[] = [
  {
    name: 'pg',
    folder: 'pg',
    does: `\`Pool\` and \`Client\`: ${does}, transactions with row locks`,
    needs: 'nothing',
    faults: clientFaults,
    body: bodyOf(pgDriver),
  },
  {
    name: 'postgres',
    folder: 'postgres',
    does,
    needs: 'where connections are cut: `fetch_types: false`, and no `begin` ([why](sim/README.md#found-in-published-packages))',
    faults: clientFaults,
    body: bodyOf(postgresDriver),
  },
];
