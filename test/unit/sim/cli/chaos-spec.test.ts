import { expect, test } from 'vitest';
import { chaosSpec } from '../../../../sim/cli/chaos-spec.js';

test('defaults: the first lock of the back end, for a minute', () => {
  expect(chaosSpec({ backend: 'redis' })).toEqual({
    backends: ['redis'],
    lock: 'redis',
    workload: 'last-item',
    timeMs: 60_000,
    pooler: true,
    directory: '.holdfast',
  });
  expect(chaosSpec({ backend: 'postgres,redis' })).toMatchObject({ backends: ['postgres', 'redis'], lock: 'postgres-lease' });
});

test('every option', () => {
  expect(chaosSpec({ backend: 'postgres', lock: 'article-sql', workload: './w.ts', time: '20', stock: '30', pooler: false })).toEqual({
    backends: ['postgres'],
    lock: 'article-sql',
    workload: './w.ts',
    timeMs: 20_000,
    pooler: false,
    stock: 30,
    directory: '.holdfast',
  });
});

test.each([
  [{}, /^chaos needs --backend: give one or more of redis/],
  [{ backend: 'rediss' }, /^there is no back end "rediss" \(did you mean redis\?\); there is redis, postgres$/],
  [{ backend: 'redis,redis' }, /^--backend names redis twice/],
  [{ backend: 'redis', pooler: false }, /^--no-pooler is about PostgreSQL: give it with --backend postgres, or leave it out$/],
  [{ backend: 'redis', lock: 'mutex' }, /^there is no lock "mutex"/],
  [{ backend: 'redis', time: '0.5' }, /^--time must be a number of seconds from 1 to/],
  [{ backend: 'redis', stock: '0' }, /^--stock must be a whole number from 1 to/],
  [{ backend: 'redis', time: 'long' }, /^--time must be a number of seconds/],
])('%j is bad input', (options, message) => {
  expect(() => chaosSpec(options)).toThrow(message);
});
