import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { supportedCommands } from '../../../sim/servers/redis/command-table.js';
import { type BothRedis, startBothRedis } from '../../support/both-redis.js';
import { formOnly, redisCliSession } from './redis-cli-session.js';

let real: BothRedis['real'];
let simulated: BothRedis['simulated'];
let stop: BothRedis['stop'];
beforeAll(async () => {
  ({ real, simulated, stop } = await startBothRedis());
});
afterAll(() => stop());

/** Runs redis-cli with these arguments and this standard input; `enough` ends it when it would never end by itself. */
async function redisCli(port: number, args: readonly string[], input = '', enough?: (output: string) => boolean): Promise<string> {
  const child = spawn('redis-cli', ['-h', '127.0.0.1', '-p', String(port), '--no-raw', ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  const take = (text: string): void => {
    output += text;
    if (enough?.(output) === true) child.kill();
  };
  child.stdout.setEncoding('utf8').on('data', take);
  child.stderr.setEncoding('utf8').on('data', take);
  child.stdin.end(input);
  await once(child, 'close');
  return output;
}

const BREAK = 'the next command';

/** The answers to the session's commands, one by one: an ECHO stands between them. */
async function answers(port: number): Promise<string[]> {
  const output = await redisCli(port, [], redisCliSession.flatMap((line) => [line, `ECHO "${BREAK}"`]).join('\n'));
  return output.split(`"${BREAK}"\n`).map((answer) => answer.trim());
}

test('a session over every command', async () => {
  const [ours, theirs] = [await answers(simulated.port), await answers(real.port)];
  for (const [i, line] of redisCliSession.entries()) {
    const form = formOnly[line];
    if (form === undefined) expect({ line, answer: ours[i] }).toEqual({ line, answer: theirs[i] });
    else for (const answer of [ours[i], theirs[i]]) expect({ line, answer }).toEqual({ line, answer: expect.stringMatching(form) as unknown });
  }
  expect(ours).toHaveLength(theirs.length);
});

/** Not lines of the session, but sessions of their own. */
const alone = ['subscribe', 'psubscribe', 'quit'];

test('the session leaves no command out', () => {
  const typed = redisCliSession.flatMap((entry) => entry.toLowerCase().split('\n')).map((line) => line.split(' '));
  const used = new Set([...alone, ...typed.flatMap(([name = '', sub = '']) => [name, `${name}|${sub}`])]);
  const names = supportedCommands.flatMap(({ name, subcommands }) => (subcommands === undefined ? [name] : [...subcommands.values()].map((sub) => sub.name)));
  expect(names.filter((name) => !used.has(name))).toEqual([]);
});

test.each([
  { args: ['QUIT'], input: '' },
  { args: ['-3', 'HGETALL', 'none'], input: '' },
  { args: ['-n', '5', 'DBSIZE'], input: '' },
  { args: ['-x', 'SET', 'from-stdin'], input: 'a\nb' },
  { args: ['--raw', 'GET', 'from-stdin'], input: '' },
  { args: ['-r', '3', 'INCR', 'counter'], input: '' },
  { args: ['--csv', 'MGET', 'counter', 'none'], input: '' },
  { args: ['--scan', '--pattern', 'count*'], input: '' },
  { args: ['--pipe'], input: 'SET piped 1\r\nGET piped\r\n' },
])('redis-cli $args', async ({ args, input }) => {
  expect(await redisCli(simulated.port, args, input)).toBe(await redisCli(real.port, args, input));
});

test.each([
  ['SUBSCRIBE', 'news', 'sport'],
  ['PSUBSCRIBE', 'n*', '?'],
])('%s is confirmed and hears a message', async (...args) => {
  const listen = async (port: number): Promise<string> => {
    let asked = false;
    return redisCli(port, args, '', (output) => {
      if (!asked && output.includes('(integer) 2')) {
        asked = true;
        void redisCli(port, ['PUBLISH', 'news', 'hello']);
      }
      return output.includes('"hello"\n');
    });
  };
  expect(await listen(simulated.port)).toBe(await listen(real.port));
});
