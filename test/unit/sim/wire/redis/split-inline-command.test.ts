import { expect, test } from 'vitest';
import { splitInlineCommand } from '../../../../../sim/wire/redis/split-inline-command.js';

test.each([
  ['', []],
  ['  \t ', []],
  ['SET a b', ['SET', 'a', 'b']],
  ['  SET\ta  b ', ['SET', 'a', 'b']],
  ['SET "" \'\'', ['SET', '', '']],
  ['a "b c" d', ['a', 'b c', 'd']],
  ['a "\\x41\\xfF\\n\\r\\t\\b\\a\\q\\\\\\""', ['a', 'A\xff\n\r\t\b\x07q\\"']],
  ['a "\\xZZ"', ['a', 'xZZ']],
  ["a 'it\\'s \\n \"'", ['a', 'it\'s \\n "']],
  ['foo"bar"', ['foobar']],
  ['a b\0c "d', ['a', 'b']],
])('%j', (line, words) => {
  expect(splitInlineCommand(line)).toEqual(words);
});

test.each(['"', "'", 'a "b', "a 'b", 'a "b"c', "a 'b'c", 'a "b\\"', "'b\\'"])('%j has unbalanced quotes', (line) => {
  expect(splitInlineCommand(line)).toBeUndefined();
});
