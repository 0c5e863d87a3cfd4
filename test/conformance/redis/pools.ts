import type { Draw } from './step.js';
import { pick } from './step.js';
import type { Pool } from './template.js';

const INTEGERS = [
  ...['0', '1', '-1', '2', '7', '100', '-50'],
  ...['9007199254740991', '9007199254740993', '9223372036854775806', '9223372036854775807', '-9223372036854775808'],
];
const NO_INTEGERS = ['', 'abc', '1.5', ' 1', '1 ', '01', '+1', '-0', '9223372036854775808', '1e3', '0x10'];
const FLOATS = ['1', '-1', '0.1', '-2.5', '3.14159', '1e3', '1E-3', '.5', '2.', '1000000000000000000', '12345678901234567890.123', '-0', '0.30000000000000004'];
const NO_FLOATS = ['', 'abc', '1.5x', ' 1', '1e', 'nan', '1,5'];
const VALUES = ['a', 'b', '', 'hello', 'hello world', '10', '-3', '3.5', '9223372036854775806', '1e3', '\xff\x00\r\n', '\xc3\xbc', 'x'.repeat(40), '0.1'];
const MEMBERS = ['a', 'b', 'c', 'd', 'e', '1', '2', '\xff', ''];
const PATTERNS = ['*', 's*', '?[12]', 'h\\*', '[^s]*', 's[1-3]', 'k?', '*1', '', 's[', '**2', '[a-z]*[0-9]', 's\\1', '[z-a]1', '[]', '[^]'];

const KEYS = {
  string: ['s1', 's2', 's3'],
  hash: ['h1', 'h2'],
  list: ['l1', 'l2'],
  set: ['e1', 'e2', 'e3'],
  zset: ['z1', 'z2'],
} as const;

const ALL_KEYS = [...Object.values(KEYS).flat(), 'none'];

/** Mostly a key that holds the type, now and then any. */
const keyOf =
  (type: keyof typeof KEYS): Pool =>
  (draw) =>
    draw(8) === 0 ? pick(draw, ALL_KEYS) : pick(draw, KEYS[type]);

/** Mostly one of the good ones. */
const mostly =
  (good: readonly string[], bad: readonly string[], oneIn = 10): Pool =>
  (draw) =>
    draw(oneIn) === 0 ? pick(draw, bad) : pick(draw, good);

const wallSeconds = (): number => Math.floor(Date.now() / 1000);

/** Lives for a few minutes or more, so that nothing expires by itself while a sequence runs. */
const TTL_SECONDS = 300;

const ending =
  (unit: number): Pool =>
  (draw) => {
    const kind = draw(12);
    if (kind === 0) return pick(draw, ['abc', '', '1.5', '9223372036854775808']);
    if (kind === 1) return pick(draw, ['0', '-1', '9223372036854775807', '-9223372036854775808', '9223372036854775']);
    return String((TTL_SECONDS + draw(100)) * unit);
  };

const endingAt =
  (unit: number): Pool =>
  (draw) => {
    const kind = draw(12);
    if (kind === 0) return pick(draw, ['abc', '', '0', '-1', '9223372036854775807']);
    if (kind <= 2) return pick(draw, ['1', '1000', '1500000000']);
    return String((wallSeconds() + TTL_SECONDS + draw(100)) * unit);
  };

export const pools: Readonly<Record<string, Pool>> = {
  key: (draw) => pick(draw, ALL_KEYS),
  string: keyOf('string'),
  hash: keyOf('hash'),
  list: keyOf('list'),
  set: keyOf('set'),
  zset: keyOf('zset'),
  value: (draw) => pick(draw, VALUES),
  number: (draw) => pick(draw, [...INTEGERS, ...FLOATS, '10', '20']),
  field: (draw) => pick(draw, ['f', 'g', 'n', '']),
  member: (draw) => pick(draw, MEMBERS),
  integer: mostly(INTEGERS, NO_INTEGERS, 6),
  float: mostly(FLOATS, [...NO_FLOATS, 'inf', '-inf', '1e5000'], 6),
  score: mostly([...FLOATS, 'inf', '-inf', '+inf', '1', '2', '2', '3', '0x10', '1e308'], [...NO_FLOATS, '1e400'], 20),
  index: mostly(['0', '1', '2', '-1', '-2', '3', '-4', '5', '100', '-100'], ['x', '', '1.0', '9223372036854775807']),
  count: mostly(['0', '1', '2', '3', '10'], ['-1', 'x', '']),
  offset: mostly(['0', '1', '3', '10'], ['-1', 'x', '536870912', '9223372036854775807']),
  position: mostly(['0', '1', '2', '-1'], ['x', '']),
  // Beyond any key here, but never so much that a server would build a reply of it.
  draws: mostly(['0', '1', '2', '-3', '100', '-5'], ['x', '', '9223372036854775808']),
  rank: mostly(['1', '2', '-1', '-2', '3'], ['0', 'x', '1.5'], 5),
  scoreEnd: mostly(['-inf', '+inf', '0', '1', '(1', '2', '(2', '3', '1000', '(-2.5', ''], ['(', 'x', '(x', 'nan', '[1']),
  lexEnd: mostly(['-', '+', '[a', '(a', '[b', '[c', '(d', '[', '('], ['a', '', 'x']),
  pattern: (draw) => pick(draw, PATTERNS),
  cursor: (draw) => (draw(8) === 0 ? pick(draw, ['x', '', '1.5', '18446744073709551616']) : '0'),
  type: (draw) => pick(draw, ['string', 'hash', 'LIST', 'zset', 'set', 'stream', 'nothing']),
  seconds: ending(1),
  milliseconds: ending(1000),
  secondsAt: endingAt(1),
  millisecondsAt: endingAt(1000),
  database: mostly(['0', '1', '0', '0'], ['16', '-1', 'x', '999999999999'], 4),
  channel: (draw) => pick(draw, ['news', 'sport', 'n2']),
  channelPattern: (draw) => pick(draw, ['n*', '*', '[ns]*', 'x?']),
  name: (draw) => pick(draw, ['alice', 'bob', 'with space', '', 'line\nbreak']),
  script: (draw) => pick(draw, SCRIPTS),
  digest: (draw) => pick(draw, DIGESTS),
  keyCount: mostly(['0', '1', '1'], ['-1', '5', 'x'], 8),
  word: (draw: Draw) => pick(draw, ['x', 'FOO', '1']),
};

const SCRIPTS = [
  "return redis.call('GET', KEYS[1])",
  "return redis.call('SET', KEYS[1], ARGV[1] or 'v', 'PX', 300000)",
  "return redis.call('TYPE', KEYS[1])",
  "return {KEYS[1] or false, #KEYS, #ARGV, ARGV[1] or 'none'}",
  "return redis.pcall('INCR', KEYS[1])",
  "return redis.call('INCR', KEYS[1])",
  "local value = redis.call('EXISTS', KEYS[1]) redis.call('SELECT', 1) redis.call('SET', 'inner', value) return redis.call('DBSIZE')",
  'return nosuchglobal',
  'return (',
];

/** Of the first two scripts above, of none, and of no digest at all. */
const DIGESTS = ['0d4f25a93ee4f6f6ca4d98d3b0ed6d3a1d1ef0e5', 'ffffffffffffffffffffffffffffffffffffffff', 'abc'];
