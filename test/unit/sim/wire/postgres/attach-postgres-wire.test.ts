import pg from 'pg';
import { expect, test } from 'vitest';
import { attachPostgresWire } from '../../../../../sim/wire/postgres/attach-postgres-wire.js';
import { PostgresSite, type PostgresSiteOptions } from '../../../../../sim/wire/postgres/postgres-site.js';
import type { Incarnation } from '../../../../../sim/kernel/process.js';
import { asClient, type NodeSite } from '../../../../support/node-world.js';
import { ScriptedDatabase } from '../../../../support/scripted-database.js';

const PORT = 5432;

/** A process `db` that speaks PostgreSQL's protocol; `latencyUs`: how long it takes for each statement. */
function database(scripted: ScriptedDatabase[], options: Partial<PostgresSiteOptions> = {}, latencyUs = 300) {
  return ({ world, network }: NodeSite): void => {
    const db = world.process('db', (own) => {
      const backend = new ScriptedDatabase((callback) => void own.setTimer(latencyUs, callback));
      scripted.push(backend);
      const draws = world.draws.stream('db/random');
      const site = new PostgresSite({ open: backend.open, random: (bound) => draws.next(bound), ...options });
      network.listen(own, (endpoint) => attachPostgresWire(site, endpoint), PORT);
    });
    db.start();
  };
}

const client = (): pg.Client => new pg.Client({ host: 'db', port: PORT, user: 'u', password: 'secret', database: 'd' });

test.each([{}, { password: 'secret', authentication: 'password' } as const])('pg, unmodified, in a simulated process: %j', async (options) => {
  const scripted: ScriptedDatabase[] = [];
  const seen = await asClient(
    async () => {
      const [one, other] = [client(), client()];
      await Promise.all([one.connect(), other.connect()]);
      await one.query('create temp table t(i int)');
      await one.query('insert into t values($1)', [3]);
      const heard = new Promise((resolve) => other.once('notification', ({ payload }) => resolve(payload)));
      await other.query('listen a');
      await one.query("notify a,'x'");
      const refused = await one.query('select nix').catch((error: unknown) => (error as pg.DatabaseError).code);
      const answer = [(await one.query('select i+0 as i from t')).rows, await heard, refused];
      await Promise.all([one.end(), other.end()]);
      return answer;
    },
    {},
    database(scripted, options),
  );
  expect(seen).toEqual([[{ i: 3 }], 'x', '42703']);
  expect(scripted[0]?.closed).toBe(2);
});

test('a session whose client has died is closed, also when nothing of it was said', async () => {
  const scripted: ScriptedDatabase[] = [];
  await asClient(
    async (own: Incarnation) => {
      const left = client();
      left.on('error', () => undefined);
      await left.connect();
      left.connection.stream.destroy();
      await new Promise((resolve) => own.setTimer(10_000, () => resolve(undefined)));
    },
    {},
    database(scripted),
  );
  expect([scripted[0]?.closed, scripted[0]?.sessions.size]).toEqual([1, 0]);
});

test('when the server crashes, clients hear of it', async () => {
  const scripted: ScriptedDatabase[] = [];
  const message = await asClient(
    async () => {
      const one = client();
      one.on('error', () => undefined);
      await one.connect();
      return one.query('select pg_sleep(600)').catch((error: unknown) => (error as Error).message);
    },
    {},
    (site) => {
      database(scripted)(site);
      site.world.at(100_000, 'crash', () => site.world.processes.find(({ name }) => name === 'db')?.crash());
    },
  );
  expect(message).toBe('Connection terminated unexpectedly');
});
