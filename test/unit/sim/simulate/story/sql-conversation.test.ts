import { beforeAll, describe, expect, test } from 'vitest';
import { warmSqlParser } from '../../../../../sim/simulate/sql-parser.js';
import type { Said } from '../../../../../sim/simulate/story/access.js';
import { looksLikePostgres, type SqlAccess, SqlConversation } from '../../../../../sim/simulate/story/sql-conversation.js';
import { bind, describe as describeMessage, execute, int16, int32, message, parse, query, startup, sync } from '../../../../support/postgres-messages.js';

beforeAll(warmSqlParser);

const READY = message('Z', 'I');
const complete = (tag: string): Buffer => message('C', `${tag}\0`);
const columns = (...names: readonly string[]): Buffer =>
  message('T', int16(names.length), ...names.flatMap((name) => [`${name}\0`, int32(0), int16(0), int32(25), int16(-1), int32(-1), int16(0)]));
const row = (...values: readonly (string | null)[]): Buffer =>
  message('D', int16(values.length), ...values.flatMap((value) => (value === null ? [int32(-1)] : [int32(value.length), value])));
const error = (code: string, text: string): Buffer => message('E', `SERROR\0C${code}\0M${text}\0\0`);

function talk() {
  const answered: SqlAccess[] = [];
  const conversation = new SqlConversation({ opener: 'shop', server: 'db', connection: 1, answered: (statement) => void answered.push(statement) });
  const texts = (said: readonly Said[]): string[] => said.map(({ text }) => text);
  const ask = (...bytes: readonly Buffer[]): string[] => texts(conversation.hear(Buffer.concat(bytes), false, 7));
  const answer = (...bytes: readonly Buffer[]): string[] => {
    const chunk = Buffer.concat(bytes);
    conversation.sent(chunk);
    return texts(conversation.hear(chunk, true, 8));
  };
  ask(startup({ user: 'u' }));
  answer(message('R', int32(0)), READY);
  return { conversation, answered, ask, answer };
}

describe('statements and answers are told in words', () => {
  test('of the simple protocol, several in a message', () => {
    const { ask, answer, answered } = talk();
    expect(ask(query('BEGIN; SELECT sku,\n  quantity FROM stock'))).toEqual(['BEGIN', 'SELECT sku, quantity FROM stock']);
    expect(answer(complete('BEGIN'), columns('sku', 'quantity'), row('mug', '3'), row("it's", null), complete('SELECT 2'), READY)).toEqual([
      'BEGIN',
      "2 rows: sku = 'mug', quantity = 3; sku = 'it''s', quantity = NULL",
    ]);
    expect(answered.map(({ sql }) => sql)).toEqual(['BEGIN', 'SELECT sku,\n  quantity FROM stock']);
  });

  test('of the extended one, with parameters put in, and columns that were told once', () => {
    const { ask, answer, answered } = talk();
    ask(parse("SELECT n FROM t WHERE id = $1 AND note <> 'costs $1'", 's'), describeMessage('S', 's'), sync);
    answer(message('1'), message('t', int16(0)), columns('n'), READY);
    for (const id of ['mug', '12']) {
      expect(ask(bind({ statement: 's', values: [id] }), execute(), sync)).toEqual([
        `SELECT n FROM t WHERE id = ${id === 'mug' ? "'mug'" : id} AND note <> 'costs $1'`,
      ]);
      expect(answer(message('2'), row('5'), complete('SELECT 1'), READY)).toEqual(['n = 5']);
    }
    expect(answered.at(-1)).toMatchObject({ time: 7, params: ['12'], reply: { tag: 'SELECT 1', fields: ['n'], rows: [['5']] } });
  });

  test('of an error, behind which nothing is done, and which takes back what came before it in the same message', () => {
    const { ask, answer, answered } = talk();
    ask(query('UPDATE a SET n = 1; UPDATE b SET n = 1; UPDATE c SET n = 1'));
    expect(answer(complete('UPDATE 1'), error('23514', 'it is checked'), READY)).toEqual(['UPDATE 1', 'error 23514: it is checked']);
    expect(ask(query('SELECT 1'))).toEqual(['SELECT 1']);
    expect(answer(columns('one'), row('1'), complete('SELECT 1'), READY)).toEqual(['one = 1']);
    expect(answered.map(({ sql, isUndone }) => [sql, isUndone])).toEqual([
      ['UPDATE a SET n = 1', true],
      ['UPDATE b SET n = 1', false],
      ['SELECT 1', false],
    ]);
  });

  test('as soon as the server has said it, whether it arrives or not', () => {
    const { ask, answered, conversation } = talk();
    ask(query('COMMIT'));
    conversation.sent(Buffer.concat([complete('COMMIT'), READY]));
    expect(answered).toHaveLength(1);
  });
});

test('it is known by its first bytes', () => {
  const request = (code: number): Buffer => Buffer.concat([int32(8), int32(code)]);
  expect([startup({ user: 'u' }), request(80_877_102), request(80_877_103)].map(looksLikePostgres)).toEqual([true, true, true]);
  expect([Buffer.from('GET / HTTP/1.1\r\n'), Buffer.from('*1\r\n$4\r\nPING\r\n'), Buffer.alloc(3), request(1)].map(looksLikePostgres)).toEqual([
    false,
    false,
    false,
    false,
  ]);
});
