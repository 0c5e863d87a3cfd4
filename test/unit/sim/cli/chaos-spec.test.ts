import { expect, test } from 'vitest';
import { chaosSpec } from '../../../../sim/cli/chaos-spec.js';

test('defaults: the first lock of the back end, for a minute', () => {
  expect(chaosSpec({ backend: 'redis' })).toEqual({ backends: ['redis'], lock: 'redis', workload: 'last-item', timeMs: 60_000, directory: '.holdfast' });
});

test('every option', () => {
  expect(chaosSpec({ backend: 'redis', lock: 'article-redis', workload: './w.ts', time: '20' })).toEqual({
    backends: ['redis'],
    lock: 'article-redis',
    workload: './w.ts',
    timeMs: 20_000,
    directory: '.holdfast',
  });
});

test.each([
  [{}, /^chaos needs --backend: give one or more of redis/],
  [{ backend: 'rediss' }, /^there is no back end "rediss" \(did you mean redis\?\); there is redis$/],
  [{ backend: 'redis,redis' }, /^--backend names redis twice/],
  [{ backend: 'redis', lock: 'mutex' }, /^there is no lock "mutex"/],
  [{ backend: 'redis', time: '0.5' }, /^--time must be a number of seconds from 1 to/],
  [{ backend: 'redis', time: 'long' }, /^--time must be a number of seconds/],
])('%j is bad input', (options, message) => {
  expect(() => chaosSpec(options)).toThrow(message);
});
