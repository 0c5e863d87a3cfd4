import { expect, test } from 'vitest';
import { type Edn, EdnError, readEdn } from '../../../../models/judges/edn.js';

const all = (text: string): Edn[] => [...readEdn(text)].map(({ value }) => value);

test('every kind of value', () => {
  expect(all('nil true false 42 -3 2.5 7N 1e3 12345678901234567890N 1/2')).toEqual([null, true, false, 42, -3, 2.5, 7, 1000, '12345678901234567890', '1/2']);
  expect(all('"a \\"b\\"\\n\\u0041" :key/word symbol \\a \\newline')).toEqual(['a "b"\nA', ':key/word', 'symbol', 'a', '\n']);
  expect(all('[1 (2 #{3}) []] {:a 1, "b" [2]}')).toEqual([
    [1, [2, [3]], []],
    new Map<Edn, Edn>([
      [':a', 1],
      ['b', [2]],
    ]),
  ]);
});

test('comments, commas, hidden values and tags', () => {
  expect(all('1, ; one\n#_ 2 #inst "2020" #my/Tag{:a 1}')).toEqual([1, '2020', new Map([[':a', 1]])]);
});

test.each(['[1 2', '{:a}', '"open', ']', '1x'])('%s is no EDN, and the message names the line', (text) => {
  expect(() => all(`1\n${text}`)).toThrow(EdnError);
  expect(() => all(`1\n${text}`)).toThrow(/^line 2: /);
});

test('each value comes with its line', () => {
  expect([...readEdn('{:a 1}\n\n{:b 2}')].map(({ line }) => line)).toEqual([1, 3]);
});
