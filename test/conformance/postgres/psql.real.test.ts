import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LoopbackServer } from '../../../sim/wire/loopback-server.js';
import { servePostgresEngine } from '../../../sim/wire/postgres/serve-postgres-engine.js';
import { type RunningPostgres, startPostgres } from '../../support/start-postgres.js';

/** Debian's `psql`, at `holdfast serve postgres` and at a real server: the same script, the same output. */
let real: RunningPostgres;
let simulated: LoopbackServer;
beforeAll(async () => {
  real = await startPostgres();
  simulated = await servePostgresEngine({ port: 0 });
});
afterAll(async () => {
  await simulated.close();
  await real.stop();
});

async function psql(port: number, script: string, args: readonly string[] = []): Promise<string> {
  const child = spawn('psql', ['--no-psqlrc', ...args, `postgres://postgres@127.0.0.1:${port}/postgres`], { stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  const take = (text: string): void => void (output += text);
  child.stdout.setEncoding('utf8').on('data', take);
  child.stderr.setEncoding('utf8').on('data', take);
  child.stdin.end(script);
  await once(child, 'close');
  return output.replace(/\bPID \d+/g, 'PID n');
}

/** Errors go to another stream, whose place among the output is by chance: so they stand in scripts of their own. */
const sessions: Readonly<Record<string, string>> = {
  'tables and rows': `
    CREATE TABLE stock (sku text PRIMARY KEY, quantity integer NOT NULL CHECK (quantity >= 0), noted timestamptz);
    INSERT INTO stock (sku, quantity) VALUES ('book', 3), ('mug', 5), ('pen', 0) RETURNING sku, quantity * 2 AS twice;
    SELECT * FROM stock ORDER BY sku;
    \\x
    SELECT sku, quantity FROM stock WHERE sku = 'mug';
    \\x
    \\a
    \\t
    SELECT sku, quantity FROM stock ORDER BY quantity DESC;
    \\t
    \\a
    \\pset null '(none)'
    UPDATE stock SET quantity = quantity - 1 WHERE sku = 'book' RETURNING *;
    DELETE FROM stock WHERE quantity = 0;
    SELECT count(*), sum(quantity), avg(quantity) FROM stock;`,
  'variables, loops and many statements': `
    \\set least 4
    SELECT sku FROM stock WHERE quantity >= :least;
    SELECT sku, quantity FROM stock WHERE sku = :'SQLSTATE' OR quantity > 0 ORDER BY sku \\g
    SELECT 1 AS one\\; SELECT 2 AS two;
    SELECT quantity AS q FROM stock WHERE sku = 'mug' \\gset
    \\echo :q
    \\if true
    SELECT 'yes' AS answer;
    \\endif
    SELECT 'SELECT ' || quantity::text || ' AS made' FROM stock ORDER BY sku \\gexec
    \\conninfo_is_not_a_command`,
  transactions: `
    BEGIN;
    UPDATE stock SET quantity = 0 WHERE sku = 'mug';
    SAVEPOINT here;
    DELETE FROM stock;
    ROLLBACK TO here;
    SELECT sku, quantity FROM stock ORDER BY sku;
    ROLLBACK;
    BEGIN ISOLATION LEVEL REPEATABLE READ;
    SHOW transaction_isolation;
    SELECT quantity FROM stock WHERE sku = 'mug' FOR UPDATE;
    COMMIT;`,
  notifications: `
    LISTEN news;
    NOTIFY news, 'hello';
    SELECT pg_notify('news', 'again');
    UNLISTEN *;`,
};

test.each(Object.entries(sessions))('%s', async (_, script) => {
  expect(await psql(simulated.port, script)).toBe(await psql(real.port, script));
});

test.each([
  "INSERT INTO stock VALUES ('mug', 1)",
  'UPDATE stock SET quantity = -1',
  'SELECT nothing FROM stock',
  'SELECT * FROM nowhere',
  'SELEC 1',
  'SELECT 1/0',
  "SELECT 'x'::integer",
])('an error: %s', async (sql) => {
  // Where in the text it is the simulated one tells of syntax only.
  const told = (output: string): string[] => output.split('\n').filter((line) => /^(?:ERROR|DETAIL|HINT):/.test(line));
  const args = ['-v', 'VERBOSITY=verbose', '-c', sql];
  const errors = told(await psql(real.port, '', args));
  expect(errors).not.toEqual([]);
  expect(told(await psql(simulated.port, '', args))).toEqual(errors);
});

test.each(['\\dt', '\\d stock', '\\l', '\\copy stock to stdout'])('%s is refused by name', async (command) => {
  expect(await psql(simulated.port, `${command}\nSELECT 1 AS one;`)).toMatch(/ERROR: {2}.* not supported by the simulated PostgreSQL[^]* one /);
});
