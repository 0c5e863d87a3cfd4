import { describe, expect, test } from 'vitest';
import type { RedisAccess } from '../../../../../sim/simulate/story/redis-conversation.js';
import { printedStory } from '../../../../../sim/simulate/story/printed-story.js';
import type { StoryLine } from '../../../../../sim/simulate/story/story-lines.js';

const command = (time: number): RedisAccess => ({ time, process: 'a', server: 'redis', connection: 1, args: ['GET', 'n'], reply: '1' });
const line = (time: number, text: string, rest: Partial<StoryLine> = {}): StoryLine => ({ time, text, access: null, isKept: false, ...rest });

describe('a story is printed', () => {
  test('whole when it is short, with its time in milliseconds and a mark at what mattered', () => {
    const access = command(1_500);
    const text = printedStory([line(0, 'a starts'), line(1_500, 'a -> redis  GET n', { access }), line(12_000, 'redis -> a  "1"', { access })], [access]);
    expect(text.split('\n')).toEqual(['   0.00  a starts', '>  1.50  a -> redis  GET n', '  12.00  redis -> a  "1"']);
  });

  test('with its middle cut when it is long, but never without faults, remarks and what mattered', () => {
    const access = command(200_000);
    const lines = Array.from({ length: 500 }, (_, at) =>
      line(at * 1000, at === 200 ? 'the read' : `line ${at}`, at === 200 ? { access } : at === 300 ? { isKept: true } : {}),
    );
    const text = printedStory(lines, [access]);
    expect(text.split('\n').length).toBeLessThan(60);
    expect(text).toContain('> 200.00  the read');
    expect(text).toContain('line 300');
    expect(text).toContain('line 0\n');
    expect(text).toMatch(/line 499$/);
    expect(text).toMatch(/\.\.\. \d+ more \.\.\./);
    const hidden = [...text.matchAll(/\.\.\. (\d+) more/g)].reduce((sum, match) => sum + Number(match[1]), 0);
    expect(hidden + text.split('\n').filter((shown) => !shown.includes(' more ...')).length).toBe(500);
  });

  test('without a poll told again and again, before anything else goes', () => {
    const polls = Array.from({ length: 60 }, (_, at) => {
      const access = command(at * 1000);
      return [line(at * 1000, 'a -> redis  GET n', { access }), line(at * 1000 + 1, 'redis -> a  nil', { access })];
    }).flat();
    const others = Array.from({ length: 30 }, (_, at) => line(100 * at, `other ${at}`));
    const text = printedStory([...others, ...polls], []);
    for (let at = 0; at < 30; at++) expect(text).toContain(`other ${at}\n`);
  });
});
