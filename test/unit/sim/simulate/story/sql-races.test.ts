import { beforeAll, describe, expect, test } from 'vitest';
import { warmSqlParser } from '../../../../../sim/simulate/sql-parser.js';
import { raceInWords } from '../../../../../sim/simulate/story/race.js';
import type { SqlAccess } from '../../../../../sim/simulate/story/sql-conversation.js';
import { findSqlRace } from '../../../../../sim/simulate/story/sql-races.js';

beforeAll(warmSqlParser);

/** `a#2 UPDATE t SET n = 1 -> UPDATE 1`: process a, on its second connection; `-> n=5|n=6` are rows, `-> !40001` is an error. */
type Line = string;

/** Statements in the order in which they were answered, a millisecond apart. */
function statements(lines: readonly Line[]): SqlAccess[] {
  const numbers = new Map<string, number>();
  return lines.map((line, at) => {
    const [, process = '', connection = '1', sql = '', answer = ''] = /^(\w+)(?:#(\d+))? (.*?)(?: -> (.*))?$/.exec(line) ?? [];
    const key = `${process}#${connection}`;
    const number = numbers.get(key) ?? numbers.size + 1;
    numbers.set(key, number);
    return { time: 1000 * (at + 1), process, server: 'db', connection: number, sql, params: [], reply: replyOf(sql, answer), isUndone: false };
  });
}

function replyOf(sql: string, answer: string): SqlAccess['reply'] {
  if (answer.startsWith('!')) return { error: { code: answer.slice(1), message: 'no' } };
  const rows = answer.includes('=') ? answer.split('|').map((row) => row.split(',').map((cell) => cell.split('='))) : [];
  const [first = []] = rows;
  const tag = answer !== '' && rows.length === 0 ? answer : /^(BEGIN|COMMIT|ROLLBACK|SAVEPOINT)/.exec(sql)?.[0];
  return {
    tag: tag ?? (sql.startsWith('SELECT') ? `SELECT ${rows.length}` : sql.startsWith('INSERT') ? 'INSERT 0 1' : `${sql.split(' ')[0] ?? ''} 1`),
    fields: first.map(([name = '']) => name),
    rows: rows.map((row) => row.map(([, value = '']) => value)),
  };
}

const told = (...lines: readonly Line[]): string | null => {
  const race = findSqlRace(statements(lines));
  return race === null ? null : raceInWords(race);
};

const READ = `SELECT n FROM t WHERE id = 'x' -> n=5`;
const WRITE = `UPDATE t SET n = 4 WHERE id = 'x'`;

describe('a race is', () => {
  test('a lost update', () => {
    expect(told(`a ${READ}`, `b ${READ}`, `b ${WRITE}`, `a ${WRITE}`)).toBe(
      `a read t where id = 'x' (n = 5) at 1.00 ms; b wrote it at 3.00 ms (${WRITE}); a wrote it at 4.00 ms (${WRITE}) on the strength of what it had read.`,
    );
  });

  test('the same in transactions, by when they were committed', () => {
    const lines = [`b BEGIN`, `b ${WRITE}`, `a BEGIN`, `a ${READ}`, `b COMMIT`, `a ${WRITE}`, `a COMMIT`];
    expect(told(...lines)).toMatch(/^a read .* at 4\.00 ms; b wrote it at 2\.00 ms \(UPDATE .*, committed at 5\.00 ms\); a wrote it at 6\.00 ms/);
  });

  test('check-then-act: a row by a condition, chosen among what was found', () => {
    const free = `SELECT id FROM seats WHERE status = 'free' LIMIT 1 -> id=7`;
    const take = `UPDATE seats SET status = 'taken' WHERE id = 7`;
    expect(told(`a ${free}`, `b ${free}`, `b ${take}`, `a ${take}`)).toMatch(/^a read seats where status = 'free' \(id = 7\)/);
  });

  test('counted, then inserted', () => {
    const count = `SELECT count(*) FROM sales WHERE sku = 'mug' -> count=0`;
    const insert = `INSERT INTO sales (id, sku) VALUES (1, 'mug')`;
    expect(told(`a ${count}`, `b ${count}`, `b ${insert}`, `a ${insert}`)).toMatch(/^a read sales where sku = 'mug' \(count = 0\)/);
    expect(told(`a ${count}`, `b ${count}`, `b ${insert.replace('mug', 'pen')}`, `a ${insert}`)).toBeNull();
  });

  test('two requests that one process works on at once, each statement by itself', () => {
    expect(told(`a#1 ${READ}`, `a#2 ${READ}`, `a#1 ${WRITE}`, `a#2 ${WRITE}`)).toMatch(
      /^a read .* at 2\.00 ms; a itself, in another request, wrote it at 3\.00 ms/,
    );
  });

  test('two transactions of one process', () => {
    const lines = ['a#1 BEGIN', 'a#2 BEGIN', `a#1 ${READ}`, `a#2 ${READ}`, `a#1 ${WRITE}`, 'a#1 COMMIT', `a#2 ${WRITE}`, 'a#2 COMMIT'];
    expect(told(...lines)).toMatch(/^a read .* at 4\.00 ms; a itself, in another request, wrote it at 5\.00 ms \(.*, committed at 6\.00 ms\)/);
  });

  test('what was written after a savepoint that was kept', () => {
    const lines = [`a ${READ}`, 'b BEGIN', 'b SAVEPOINT s', `b ${WRITE}`, 'b COMMIT', `a ${WRITE}`];
    expect(told(...lines)).not.toBeNull();
  });
});

describe('no race is', () => {
  const cases: readonly (readonly [why: string, lines: readonly Line[]])[] = [
    ['a read again before the write', [`a ${READ}`, `b ${WRITE}`, `a ${READ}`, `a ${WRITE}`]],
    ['another row', [`a ${READ}`, `b UPDATE t SET n = 4 WHERE id = 'y'`, `a ${WRITE}`]],
    ['another table', [`a ${READ}`, `b UPDATE u SET n = 4 WHERE id = 'x'`, `a ${WRITE}`]],
    ['another column', [`a ${READ}`, `b UPDATE t SET seen = now() WHERE id = 'x'`, `a ${WRITE}`]],
    ['a write that looks again', [`a ${READ}`, `b ${WRITE}`, `a UPDATE t SET n = n - 1 WHERE id = 'x' AND n > 0`]],
    [
      'a version that is compared',
      [`a SELECT * FROM t WHERE id = 'x' -> n=5,v=1`, `b UPDATE t SET n = 4, v = 2 WHERE id = 'x'`, `a UPDATE t SET n = 4 WHERE id = 'x' AND v = 1`],
    ],
    ['an upsert', [`a ${READ}`, `b ${WRITE}`, `a INSERT INTO t (id, n) VALUES ('x', 4) ON CONFLICT DO NOTHING`]],
    ['steps that cannot be divided', [`a ${WRITE}`, `b ${WRITE}`, `a ${WRITE}`]],
    ['a write that found nothing', [`a ${READ}`, `b ${WRITE} -> UPDATE 0`, `a ${WRITE}`]],
    ['an error', [`a ${READ}`, `b ${WRITE}`, `a ${WRITE} -> !40001`]],
    ['what was rolled back', [`a ${READ}`, 'b BEGIN', `b ${WRITE}`, 'b ROLLBACK', `a ${WRITE}`]],
    ['what failed in the end', [`a ${READ}`, 'b BEGIN', `b ${WRITE}`, 'b COMMIT -> ROLLBACK', `a ${WRITE}`]],
    ['what a savepoint took back', [`a ${READ}`, 'b BEGIN', 'b SAVEPOINT s', `b ${WRITE}`, 'b ROLLBACK TO s', 'b COMMIT', `a ${WRITE}`]],
    ['what was not committed when the other wrote', [`a ${READ}`, 'b BEGIN', `b ${WRITE}`, `a ${WRITE}`]],
    ['a transaction that reads its own write', ['a BEGIN', `a ${WRITE}`, `a ${READ}`, 'a COMMIT', `b ${WRITE}`]],
    ['a process that is alone', [`a ${READ}`, `a ${WRITE}`, `a ${WRITE}`]],
    [
      'what nobody can know: a join, an expression',
      [`a SELECT n FROM t JOIN u USING (id) -> n=5`, `b ${WRITE}`, `a ${WRITE}`, `a SELECT n FROM t WHERE id = lower('X') -> n=5`, `b ${WRITE}`, `a ${WRITE}`],
    ],
  ];
  for (const [why, lines] of cases) {
    test(why, () => {
      expect(told(...lines)).toBeNull();
    });
  }
});
