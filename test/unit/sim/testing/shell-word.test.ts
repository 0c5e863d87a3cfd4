import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { literally, shellWord } from '../../../../sim/testing/shell-word.js';

const texts = fc.string({
  unit: fc.oneof(fc.constantFrom("'", '"', '$', '`', '\\', ' ', '\n', '!', '*', '(', '|', '-'), fc.string({ minLength: 1, maxLength: 1 })),
});

test('a shell reads the text as it was', () => {
  fc.assert(
    fc.property(fc.array(texts, { minLength: 1, maxLength: 20 }), (words) => {
      fc.pre(words.every((word) => !word.includes('\0')));
      const read = execFileSync('sh', ['-c', `printf '%s\\0' ${words.map(shellWord).join(' ')}`], { encoding: 'utf8' });
      expect(read).toBe(words.map((word) => `${word}\0`).join(''));
    }),
    { numRuns: 50 },
  );
});

test('plain words stay plain', () => {
  expect(shellWord('test/shop.test.ts')).toBe('test/shop.test.ts');
  expect(shellWord('')).toBe("''");
});

test('a pattern matches its text and no other', () => {
  fc.assert(
    fc.property(texts, texts, (text, other) => {
      const pattern = new RegExp(`^${literally(text)}$`);
      expect(pattern.test(text)).toBe(true);
      expect(pattern.test(other)).toBe(other === text);
    }),
  );
});
