import { loadModule } from 'libpg-query';
import pg from 'pg';
import { PostgresEngine } from '../../sim/servers/postgres/postgres-engine.js';
import { attachPostgresWire } from '../../sim/wire/postgres/attach-postgres-wire.js';
import { openPostgresEngine } from '../../sim/wire/postgres/open-postgres-engine.js';
import { PostgresSite } from '../../sim/wire/postgres/postgres-site.js';
import { asClient, type NodeSite } from '../support/node-world.js';
import type { Bench, Contender, Reading } from './bench.js';
import { perCpuSecond } from './cpu-time.js';

const UNIT = 'statements per CPU second';
const PORT = 5432;
const SKUS = 100;

const SCHEMA = [
  'CREATE TABLE stock (sku text PRIMARY KEY, on_hand bigint NOT NULL)',
  'CREATE TABLE ledger (sku text NOT NULL, operation_id text NOT NULL, delta bigint NOT NULL, PRIMARY KEY (sku, operation_id))',
  ...Array.from({ length: SKUS }, (_, n) => `INSERT INTO stock VALUES ('sku ${n}', 1000000)`),
];

/** What a shop asks most, each by its primary key. `n` is different every time. */
const statements: Readonly<Record<string, { readonly sql: string; readonly params: (n: number) => string[] }>> = {
  'SELECT of a row': { sql: 'SELECT on_hand FROM stock WHERE sku = $1', params: (n) => [`sku ${n % SKUS}`] },
  'conditional UPDATE': {
    sql: 'UPDATE stock SET on_hand = on_hand - $2 WHERE sku = $1 AND on_hand >= $2 RETURNING on_hand',
    params: (n) => [`sku ${n % SKUS}`, '1'],
  },
  INSERT: { sql: 'INSERT INTO ledger (sku, operation_id, delta) VALUES ($1, $2, $3)', params: (n) => [`sku ${n % SKUS}`, `operation ${n}`, '-1'] },
};

type Run = (sql: string, params: readonly string[], name: string) => Promise<number> | number;

/** Runs each kind of statement so many times; `count` is how many rows it must return or change. */
async function readings(amount: number, run: Run): Promise<readonly Reading[]> {
  const found: Reading[] = [];
  for (const [name, { sql, params }] of Object.entries(statements)) {
    found.push(
      await perCpuSecond(name, UNIT, async () => {
        for (let n = 0; n < amount; n += 1) {
          const count = run(sql, params(n), name);
          const rows = typeof count === 'number' ? count : await count;
          if (rows !== 1) throw new Error(`${name} came to ${rows} rows`);
        }
        return amount;
      }),
    );
  }
  return found;
}

/** On a clock that stands still: none of these statements waits. */
function startEngine(): PostgresEngine {
  return new PostgresEngine({ now: () => 1_790_000_000_000_000, random: () => 0, setTimer: () => ({ cancel: () => undefined }) });
}

function execute(session: ReturnType<PostgresEngine['open']>, sql: string, params: readonly string[]): number {
  let count = 0;
  session.execute(sql, params, (answer) => {
    if ('error' in answer) throw new Error(`${sql}: ${answer.error.message}`);
    count = answer.rowCount ?? 0;
  });
  return count;
}

const engine: Contender = {
  name: 'engine',
  round() {
    const session = startEngine().open();
    for (const sql of SCHEMA) execute(session, sql, []);
    return readings(20_000, (sql, params) => execute(session, sql, params));
  },
};

/** `pg` as it is published, in one simulated process, the engine in another, their bytes over the simulated network. */
function overTheWire(name: string, prepared: boolean): Contender {
  const database = ({ world, network }: NodeSite): void => {
    world
      .process('db', (own) => {
        const draws = world.draws.stream('db/random');
        const site = new PostgresSite({ open: openPostgresEngine(startEngine()), random: (bound) => draws.next(bound) });
        network.listen(own, (endpoint) => attachPostgresWire(site, endpoint), PORT);
      })
      .start();
  };
  return {
    name,
    round: () =>
      asClient(
        async () => {
          const client = new pg.Client({ host: 'db', port: PORT, user: 'shop', password: 'none', database: 'shop' });
          await client.connect();
          for (const sql of SCHEMA) await client.query(sql);
          const run: Run = async (text, values, label) =>
            (await client.query({ text, values: [...values], ...(prepared ? { name: label } : {}) })).rowCount ?? 0;
          const found = await readings(3_000, run);
          await client.end();
          return found;
        },
        {},
        database,
      ),
  };
}

/** Simple statements in the simulated PostgreSQL. */
export async function postgresEngineBench(): Promise<Bench> {
  await loadModule();
  return {
    about:
      'statements with parameters, each a transaction of its own: given to the simulated PostgreSQL, and sent to it by an unmodified pg over the ' +
      'simulated network. Floor: engine 30,000/s; pg over the wire 5,000/s, 15,000 is the stretch.',
    base: 'engine',
    contenders: [engine, overTheWire('pg over the wire', false), overTheWire('pg over the wire, prepared', true)],
  };
}
