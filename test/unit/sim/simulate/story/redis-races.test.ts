import { describe, expect, test } from 'vitest';
import { raceInWords } from '../../../../../sim/simulate/story/race.js';
import type { RedisAccess } from '../../../../../sim/simulate/story/redis-conversation.js';
import { findRedisRace } from '../../../../../sim/simulate/story/redis-races.js';
import type { StoryReply } from '../../../../../sim/simulate/story/reply-reader.js';

type Line = readonly [text: string, reply?: StoryReply];

/** Commands in their order, a millisecond apart: `shop-1 GET stock = 1`, or `shop-1 #7 GET stock` on a connection of its own. */
function accesses(...lines: readonly Line[]): RedisAccess[] {
  return lines.map(([text, reply], at) => {
    const [, process = '', connection = '', command = ''] = /^(\S+) (?:#(\d+) )?(.*)$/.exec(text) ?? [];
    const number = connection === '' ? Number(process.replace(/\D/g, '')) : Number(connection);
    return { time: 1000 * (at + 1), process, server: 'redis', connection: number, args: command.split(' '), reply };
  });
}

const told = (...lines: readonly Line[]): string | null => {
  const race = findRedisRace(accesses(...lines));
  return race === null ? null : raceInWords(race);
};

describe('a race is', () => {
  test('a lost update', () => {
    const lines = told(['a GET stock', '5'], ['b GET stock', '5'], ['b SET stock 4', { status: 'OK' }], ['a SET stock 4', { status: 'OK' }]);
    expect(lines).toBe(
      'a read stock = 5 at 1.00 ms; b wrote it at 3.00 ms (SET stock 4); a wrote it at 4.00 ms (SET stock 4) on the strength of what it had read.',
    );
  });

  test('check-then-act, by one field of a hash as well', () => {
    expect(told(['a GET stock', '1'], ['b DECR stock', 0], ['a DECR stock', -1])).toMatch(/^a read stock = 1 at 1\.00 ms; b wrote it at 2\.00 ms/);
    expect(told(['a HGET mug stock', '1'], ['b HINCRBY mug stock -1', 0], ['a HINCRBY mug stock -1', -1])).toMatch(/^a read mug stock = 1/);
    expect(told(['a EXISTS seen', 0], ['b SET seen 1', { status: 'OK' }], ['a SET seen 1', { status: 'OK' }])).toMatch(/^a read seen = 0/);
  });

  test('two requests that one process works on at once', () => {
    expect(told(['a GET stock', '1'], ['a GET stock', '1'], ['a DECR stock', 0], ['a DECR stock', -1])).toBe(
      'a read stock = 1 at 2.00 ms; a itself, in another request, wrote it at 3.00 ms (DECR stock); a wrote it at 4.00 ms (DECR stock) on the strength of what it had read.',
    );
  });

  test('a transaction that nobody watched over', () => {
    const lines = [
      ['a GET n', '1'],
      ['b INCR n', 2],
      ['a MULTI', { status: 'OK' }],
      ['a SET n 2', { status: 'QUEUED' }],
      ['a EXEC', [{ status: 'OK' }]],
    ] as const;
    expect(told(...lines)).toMatch(/^a read n = 1 at 1\.00 ms; b wrote it at 2\.00 ms \(INCR n\); a wrote it at 5\.00 ms \(SET n 2\)/);
  });
});

describe('no race is', () => {
  const cases: readonly (readonly [why: string, lines: readonly Line[]])[] = [
    [
      'a read again before the write',
      [
        ['a GET n', '1'],
        ['b INCR n', 2],
        ['a GET n', '2'],
        ['a SET n 3', { status: 'OK' }],
      ],
    ],
    [
      'another field',
      [
        ['a HGET h x', '1'],
        ['b HSET h y 2', 1],
        ['a HSET h x 2', 0],
      ],
    ],
    [
      'steps that cannot be divided',
      [
        ['a DECR n', 1],
        ['b DECR n', 0],
        ['a INCR n', 1],
      ],
    ],
    [
      'a script',
      [
        ['a GET n', '1'],
        ['b DECR n', 0],
        ['a EVAL script 1 n', 0],
      ],
    ],
    [
      'a SET NX that was refused',
      [
        ['a GET n', null],
        ['b SET n 1 NX', { status: 'OK' }],
        ['a SET n 1 NX', null],
      ],
    ],
    ['a transaction under WATCH', [['a WATCH n'], ['a GET n', '1'], ['b INCR n', 2], ['a MULTI'], ['a SET n 2'], ['a EXEC', [{ status: 'OK' }]]]],
    [
      'one handler that writes twice',
      [
        ['a GET n', '1'],
        ['a SET n 2', { status: 'OK' }],
        ['a SET n 3', { status: 'OK' }],
      ],
    ],
    [
      'a process that is alone',
      [
        ['a GET n', '1'],
        ['a SET n 2', { status: 'OK' }],
      ],
    ],
  ];
  for (const [why, lines] of cases) {
    test(why, () => {
      expect(told(...lines)).toBeNull();
    });
  }
});

test('of several races the last is told: it is nearest to the failure', () => {
  const round = [
    ['a GET n', '1'],
    ['b GET n', '1'],
    ['a SET n 2', { status: 'OK' }],
    ['b SET n 2', { status: 'OK' }],
  ] as const;
  const race = findRedisRace(accesses(...round, ...round));
  expect(race?.write.time).toBe(8_000);
});
