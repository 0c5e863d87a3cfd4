import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { commandLine } from '../../../../sim/report/command-line.js';

test('plain words stay plain', () => {
  expect(commandLine()).toBe('npm start');
  expect(commandLine('replay', 'hf1.ab-c_d', '--trace')).toBe('npm run -s holdfast -- replay hf1.ab-c_d --trace');
});

test('a shell gives back what was quoted', () => {
  const words = fc.array(fc.string({ unit: fc.constantFrom('a', ' ', "'", '"', '$', '`', '\\', '*', '\n', ';') }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(words, (args) => {
      const typed = commandLine(...args).replace('npm run -s holdfast --', "printf '%s|'");
      expect(execFileSync('sh', ['-c', typed]).toString()).toBe(args.map((arg) => `${arg}|`).join(''));
    }),
    { numRuns: 30 },
  );
});
