import { expect, test } from 'vitest';
import { answersCommit } from '../../../../sim/chaos/commit-answers.js';

/** A message of PostgreSQL: its type, its length, what it says. */
function message(type: string, body: string): Buffer {
  const head = Buffer.alloc(5, type);
  head.writeInt32BE(4 + body.length, 1);
  return Buffer.concat([head, Buffer.from(body, 'latin1')]);
}

const complete = (tag: string): Buffer => message('C', `${tag}\0`);
const ready = (state: 'I' | 'T' | 'E'): Buffer => message('Z', state);
const answer = (...messages: readonly Buffer[]): boolean => answersCommit(Buffer.concat(messages));

test('a statement that is a transaction of its own, and a COMMIT, are answered when they are committed', () => {
  expect(answer(message('1', ''), message('2', ''), message('D', '\0\0'), complete('INSERT 0 1'), ready('I'))).toBe(true);
  expect(answer(complete('COMMIT'), ready('I'))).toBe(true);
});

test('nothing else is: a statement inside of a transaction, a rollback, an error, the begin of a session', () => {
  expect(answer(complete('UPDATE 1'), ready('T'))).toBe(false);
  expect(answer(complete('ROLLBACK'), ready('I'))).toBe(false);
  expect(answer(message('E', 'SERROR\0C23505\0\0'), ready('I'))).toBe(false);
  expect(answer(message('R', '\0\0\0\0'), message('S', 'TimeZone\0UTC\0'), message('K', '12345678'), ready('I'))).toBe(false);
});

test('pieces of messages are no answers', () => {
  const whole = Buffer.concat([complete('COMMIT'), ready('I')]);
  expect(answersCommit(whole)).toBe(true);
  for (let cut = 0; cut < whole.length; cut += 1) expect(answersCommit(whole.subarray(0, cut))).toBe(false);
  for (let cut = 1; cut < whole.length; cut += 1) expect(answersCommit(whole.subarray(cut))).toBe(false);
});
