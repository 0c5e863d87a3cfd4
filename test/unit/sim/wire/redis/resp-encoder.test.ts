import { expect, test } from 'vitest';
import { NULL_ARRAY, OK, type RespValue } from '../../../../../sim/servers/redis/resp-value.js';
import { encodeReply } from '../../../../../sim/wire/redis/resp-encoder.js';

const same = (text: string): [string, string] => [text, text];

test.each<[string, RespValue, readonly [string, string]]>([
  ['status', OK, same('+OK\r\n')],
  ['error', { error: 'ERR no' }, same('-ERR no\r\n')],
  ['bulk string', 'a\r\n\0\xff', same('$5\r\na\r\n\0\xff\r\n')],
  ['empty bulk string', '', same('$0\r\n\r\n')],
  ['integer', -7, same(':-7\r\n')],
  ['integer beyond 2^53', 9223372036854775807n, same(':9223372036854775807\r\n')],
  ['null', null, ['$-1\r\n', '_\r\n']],
  ['null array', NULL_ARRAY, ['*-1\r\n', '_\r\n']],
  ['empty array', [], same('*0\r\n')],
  ['nested array', [1, ['a', null], NULL_ARRAY], ['*3\r\n:1\r\n*2\r\n$1\r\na\r\n$-1\r\n*-1\r\n', '*3\r\n:1\r\n*2\r\n$1\r\na\r\n_\r\n_\r\n']],
  ['map', { map: [['a', 1]] }, ['*2\r\n$1\r\na\r\n:1\r\n', '%1\r\n$1\r\na\r\n:1\r\n']],
  ['set', { set: ['a'] }, ['*1\r\n$1\r\na\r\n', '~1\r\n$1\r\na\r\n']],
  ['double', { double: 0.1 }, ['$19\r\n0.10000000000000001\r\n', ',0.10000000000000001\r\n']],
  ['infinity', { double: -Infinity }, ['$4\r\n-inf\r\n', ',-inf\r\n']],
  ['verbatim text', { verbatim: 'hi', format: 'txt' }, ['$2\r\nhi\r\n', '=6\r\ntxt:hi\r\n']],
  ['verbatim text of an odd format', { verbatim: 'hi', format: 'm' }, ['$2\r\nhi\r\n', '=6\r\nm  :hi\r\n']],
  ['big number', { bigNumber: '123' }, ['$3\r\n123\r\n', '(123\r\n']],
  ['push', { push: ['message', 'c', 'x'] }, ['*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\nx\r\n', '>3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\nx\r\n']],
])('%s', (_, value, [two, three]) => {
  expect(encodeReply(value, 2)).toBe(two);
  expect(encodeReply(value, 3)).toBe(three);
});
