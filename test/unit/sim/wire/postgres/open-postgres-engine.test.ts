import { loadModule } from 'libpg-query';
import { beforeAll, expect, test } from 'vitest';
import { PostgresEngine } from '../../../../../sim/servers/postgres/postgres-engine.js';
import { openPostgresEngine } from '../../../../../sim/wire/postgres/open-postgres-engine.js';
import { PostgresSite } from '../../../../../sim/wire/postgres/postgres-site.js';
import { bind, describe, execute, parse, query, startup, sync } from '../../../../support/postgres-messages.js';
import { PostgresTalk } from '../../../../support/postgres-talk.js';

beforeAll(loadModule);

function makeServer() {
  const engine = new PostgresEngine({ now: () => 0, setTimer: () => ({ cancel: () => undefined }), random: () => 0 });
  const site = new PostgresSite({ open: openPostgresEngine(engine), random: () => 0 });
  const connect = (settings: Readonly<Record<string, string>> = {}): { talk: PostgresTalk; said: string[] } => {
    const talk = new PostgresTalk(site);
    return { talk, said: talk.send(startup({ user: 'u', ...settings })) };
  };
  return { engine, connect };
}

test('what a client sets in its startup holds for its session', () => {
  const { talk } = makeServer().connect({ client_encoding: "'utf-8'", application_name: "it's", options: '-c statement_timeout=1s' });
  expect(talk.send(query('show application_name'))).toContain("D |\x01|||\x04it's");
  expect(talk.send(query('show statement_timeout'))).toContain('D |\x01|||\x021s');
});

test('a setting that there is not ends the connection, and leaves no session behind', () => {
  const { engine, connect } = makeServer();
  const { talk, said } = connect({ foo: 'x' });
  expect(said).toEqual(['R ||||', 'E SFATAL|VFATAL|C42704|Munrecognized configuration parameter "foo"||']);
  expect([talk.isClosed, engine.sessions.size]).toEqual([true, 0]);
});

test('statements, pipelines and waits of several clients', () => {
  const { engine, connect } = makeServer();
  const [{ talk: one }, { talk: other }] = [connect(), connect()];
  one.send(query('create table t (i int primary key)'));
  one.send(parse('insert into t values ($1)', 'i'), sync);
  const insert = (value: string): Buffer => Buffer.concat([bind({ statement: 'i', values: [value] }), execute()]);
  expect(one.send(Buffer.concat([insert('1'), insert('1'), insert('2'), sync])).at(-2)).toMatch(/C23505/);
  expect(one.send(query('select i from t')).at(-2)).toBe('C SELECT 0|');
  one.send(insert('3'), sync, query('begin'), query('update t set i = 4'));
  expect(other.send(parse('update t set i = i + 1 returning i'), describe('S'), bind(), execute(), sync, query('select 1'))).toEqual([]);
  one.send(query('commit'));
  expect(
    other
      .heard()
      .map((line) => line.slice(0, 1))
      .join(''),
  ).toBe('1tT2DCZTDCZ');
  other.wire.lost();
  expect(engine.sessions.size).toBe(1);
});
