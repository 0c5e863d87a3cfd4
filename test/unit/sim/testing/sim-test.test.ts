import { expect, test } from 'vitest';
import { simTestBy, type SimTestOptions } from '../../../../sim/testing/sim-test.js';

const body = async (): Promise<void> => undefined;

test('options may be left out', () => {
  const declared: [string, SimTestOptions][] = [];
  const simTest = simTestBy((name, options) => declared.push([name, options]));
  simTest('sells', body);
  simTest('refunds', { seeds: 3 }, body);
  expect(declared).toEqual([
    ['sells', {}],
    ['refunds', { seeds: 3 }],
  ]);
});

test.each([
  [['', body], 'simTest takes a name first: simTest(name, options?, async (world) => { ... })'],
  [['sells', { seeds: 3 }], 'simTest "sells" has no body: end it with async (world) => { ... }'],
  [['sells', { name: 'other' }, body], 'simTest "sells": leave out the option "name": a failure is called as the test is'],
])('refuses %o', (args, message) => {
  const simTest = simTestBy(() => expect.unreachable()) as (...args: unknown[]) => void;
  expect(() => simTest(...(args as unknown[]))).toThrow(expect.objectContaining({ name: 'UserInputError', message }));
});
