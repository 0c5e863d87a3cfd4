import { expect, test } from 'vitest';
import { calmPlan } from '../../../../sim/simulate/plan.js';
import { replayToken } from '../../../../sim/simulate/replay-token.js';
import { readEnvironment, withEnvironment } from '../../../../sim/testing/environment.js';

const nothing = { seed: null, seeds: null, timeMs: null, replay: null, isCi: false };

test('nothing is set: nothing changes', () => {
  expect(readEnvironment({ PATH: '/bin' })).toEqual(nothing);
  expect(withEnvironment({ seeds: 3, faults: 'none' }, nothing)).toEqual({ seeds: 3, faults: 'none' });
});

test('a variable that is set to nothing is not set', () => {
  expect(readEnvironment({ HOLDFAST_SEED: '', HOLDFAST_REPLAY: ' ', CI: '' })).toEqual(nothing);
});

test('seed, seeds and time', () => {
  const environment = readEnvironment({ HOLDFAST_SEED: '0', HOLDFAST_SEEDS: '1000', HOLDFAST_TIME: '2.5' });
  expect(environment).toEqual({ ...nothing, seed: 0, seeds: 1000, timeMs: 2500 });
  expect(withEnvironment({ seed: 5, seeds: 3, timeMs: 7 }, environment)).toEqual({ seed: 0, seeds: 1000, timeMs: 2500 });
});

test('whoever names one limit is not cut off by the other', () => {
  expect(withEnvironment({ timeMs: 10 }, readEnvironment({ HOLDFAST_SEEDS: '1000' }))).toEqual({ seeds: 1000, timeMs: 86_400_000 });
  expect(withEnvironment({ seeds: 10 }, readEnvironment({ HOLDFAST_TIME: '60' }))).toEqual({ seeds: 1_000_000_000, timeMs: 60_000 });
});

test('a token names its test', () => {
  const token = replayToken({ plan: calmPlan('shop > sells', 3), digest: '', checkpoints: [] });
  expect(readEnvironment({ HOLDFAST_REPLAY: token }).replay).toEqual({ token, name: 'shop > sells' });
});

test.each([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
])('CI=%s', (value, isCi) => {
  expect(readEnvironment({ CI: value }).isCi).toBe(isCi);
});

test.each([
  [{ HOLDFAST_SEED: '-1' }, 'HOLDFAST_SEED must be a whole number from 0 on, got "-1"'],
  [{ HOLDFAST_SEEDS: '0' }, 'HOLDFAST_SEEDS must be a whole number from 1 on, got "0"'],
  [{ HOLDFAST_SEEDS: '1e3' }, 'HOLDFAST_SEEDS must be a whole number from 1 on, got "1e3"'],
  [{ HOLDFAST_SEED: '99999999999999999999' }, 'HOLDFAST_SEED must be a whole number from 0 on, got "99999999999999999999"'],
  [{ HOLDFAST_TIME: '5s' }, 'HOLDFAST_TIME must be a number of seconds, up to a day, got "5s"'],
  [{ HOLDFAST_TIME: '100000' }, 'HOLDFAST_TIME must be a number of seconds, up to a day, got "100000"'],
  [{ HOLDFAST_SEDS: '5' }, 'there is no variable HOLDFAST_SEDS; did you mean HOLDFAST_SEEDS?'],
])('refuses %o', (variables, message) => {
  expect(() => readEnvironment(variables)).toThrow(expect.objectContaining({ name: 'UserInputError', message }));
});

test('refuses a damaged token in one line', () => {
  expect(() => readEnvironment({ HOLDFAST_REPLAY: 'hp1.nonsense' })).toThrow(/^HOLDFAST_REPLAY: the replay token is damaged[^\n]*$/);
});

test('leaves variables of others alone', () => {
  expect(readEnvironment({ HOLDFAST_DEBUG: '1', HOLDFAST_CONFORMANCE: 'long' })).toEqual(nothing);
});
