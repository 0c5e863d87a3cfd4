import { commandTemplates } from './command-templates.js';
import { pools } from './pools.js';
import type { PortFamily } from './port-family.js';
import { pick, type Draw } from './step.js';
import type { Pool } from './template.js';

const from =
  (...items: readonly string[]) =>
  (draw: Draw): string =>
    pick(draw, items);

/** Instead of those in which errors hide: keys hold their type, numbers are numbers. */
const wellFormed: Readonly<Record<string, Pool>> = {
  key: from('s1', 's2', 'none'),
  string: from('s1', 's2', 's3'),
  hash: from('h1', 'h2'),
  list: from('l1', 'l2'),
  set: from('e1', 'e2', 'e3'),
  zset: from('z1', 'z2'),
  value: from('a', 'b', 'hello world', '10', '-3'),
  number: from('0', '1', '7', '100', '-50'),
  field: from('f', 'g', 'n'),
  member: from('a', 'b', 'c', 'd'),
  integer: from('1', '-1', '2', '100'),
  float: from('1', '0.5', '-2.5'),
  score: from('1', '2', '3', '-1', '0.5'),
  index: from('0', '1', '2', '-1', '-2'),
  count: from('1', '2', '3'),
  offset: from('0', '1', '3'),
  position: from('0', '1', '2'),
  draws: from('1', '2', '-3'),
  rank: from('1', '2', '-1'),
  scoreEnd: from('-inf', '+inf', '1', '(1', '2'),
  lexEnd: from('-', '+', '[a', '(b'),
  pattern: from('*', 's*', '?1', 'h[12]'),
  cursor: from('0'),
  type: from('string', 'hash', 'list', 'zset', 'set'),
  seconds: from('300', '400'),
  milliseconds: from('300000', '400000'),
  secondsAt: from('4102444800', '4102444900'),
  millisecondsAt: from('4102444800000', '4102444900000'),
  database: from('0'),
  script: from("return redis.call('GET', KEYS[1])", "return {KEYS[1] or false, #KEYS, #ARGV, ARGV[1] or 'none'}"),
  keyCount: from('1'),
};

/** Every command with good arguments: what a stand-in for tests should know. */
export const wellFormedCommands: PortFamily = {
  name: 'well-formed commands',
  sessions: 2,
  pools: { ...pools, ...wellFormed },
  templates: {
    ...commandTemplates,
    // Two servers would pop different members.
    random: commandTemplates.random.filter((template) => !template.startsWith('SPOP')),
  },
};
