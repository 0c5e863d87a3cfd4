import { expect, test } from 'vitest';
import { didYouMean, nearest } from '../../../../sim/cli/nearest.js';

const names = ['redis', 'no-lock', 'no-fence', 'no-expiry', 'article-redis'];

test.each([
  ['redsi', ['redis']],
  ['Redis', ['redis', 'article-redis']],
  ['nolock', ['no-lock']],
  ['no-fense', ['no-fence']],
  ['article', ['article-redis']],
  ['zookeeper', []],
  ['', []],
])('%j may mean %j', (typed, meant) => {
  expect(nearest(typed, names)).toEqual(meant);
});

test('in words', () => {
  expect(didYouMean('redsi', names)).toBe(' (did you mean redis?)');
  expect(didYouMean('zookeeper', names)).toBe('');
});
