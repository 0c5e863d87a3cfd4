import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ProtocolError, RespDecoder } from '../../../../../sim/wire/redis/resp-decoder.js';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

const encode = (...args: readonly string[]): string => `*${args.length}\r\n${args.map((arg) => `$${arg.length}\r\n${arg}\r\n`).join('')}`;

interface Decoded {
  readonly commands: string[][];
  readonly problem: string | null;
}

function decode(chunks: readonly string[], decoder = new RespDecoder()): Decoded {
  const commands: string[][] = [];
  try {
    for (const chunk of chunks) {
      decoder.feed(bytes(chunk));
      for (let args = decoder.next(); args !== undefined; args = decoder.next()) commands.push(args);
    }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return { commands, problem: error.reply };
  }
  return { commands, problem: null };
}

const binaryString = fc.uint8Array({ maxLength: 40 }).map((data) => Buffer.from(data).toString('latin1'));
const command = fc.array(binaryString, { minLength: 1, maxLength: 6 });
const inline = fc.array(fc.stringMatching(/^[a-z0-9_]{1,8}$/), { minLength: 1, maxLength: 4 });

/** Cuts a text at these places of it, given as shares of its length. */
function cut(text: string, shares: readonly number[]): string[] {
  const places = [...new Set(shares.map((share) => Math.floor(share * text.length)))].sort((a, b) => a - b);
  return [0, ...places].map((from, i) => text.slice(from, places[i] ?? text.length));
}

const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });

test('what was sent arrives, however it is cut', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(command, inline), { maxLength: 8 }), shares, (commands, places) => {
      const text = commands.map((args) => (args.every((arg) => /^[a-z0-9_]+$/.test(arg)) ? `${args.join(' ')}\r\n` : encode(...args))).join('');
      expect(decode(cut(text, places))).toEqual({ commands, problem: null });
    }),
  );
});

test('how bytes are cut changes nothing, whatever they are', () => {
  // Tokens of the protocol, so that much of it is almost right.
  const token = fc.constantFrom('*', '$', '\r', '\n', '\r\n', '0', '1', '2', '-1', 'a', ' ', '"', "'", '\\x41', '\0', '\xff', '*1\r\n', '$1\r\n');
  fc.assert(
    fc.property(fc.array(token, { maxLength: 30 }), shares, (tokens, places) => {
      const text = tokens.join('');
      expect(decode(cut(text, places))).toEqual(decode([text]));
    }),
    { numRuns: 500 },
  );
});

test('a long argument in many chunks', () => {
  const value = '\0\r\n\xff'.repeat(100_000);
  const text = encode('SET', 'k', value) + encode('PING');
  const chunks = Array.from({ length: Math.ceil(text.length / 1000) }, (_, i) => text.slice(i * 1000, (i + 1) * 1000));
  expect(decode(chunks).commands).toEqual([['SET', 'k', value], ['PING']]);
});

describe('oddities that Redis has too', () => {
  test.each([
    ['empty lines and empty arrays ask for nothing', '\r\n\n*0\r\n*-1\r\n*-7\r\nPING\r\n', [['PING']]],
    ['lines may end with a line feed alone', 'PING\nECHO x\n', [['PING'], ['ECHO', 'x']]],
    ['what stands where the line break of an argument should be is skipped', '*1\r\n$4\r\nPINGxx*1\r\n$1\r\nA\r\n', [['PING'], ['A']]],
    ['any character ends a count together with a carriage return', '*1\rx$4\r\nPING\r\n', [['PING']]],
    ['a line that has a zero byte never ends', 'SET a b\0c\r\nPING\r\n', []],
  ])('%s', (_, text, commands) => {
    expect(decode([text])).toEqual({ commands, problem: null });
  });
});

describe('what is no RESP is refused with the words of Redis', () => {
  const long = '1'.repeat(65_536);
  test.each([
    ['*x\r\n', 'invalid multibulk length'],
    ['*2147483648\r\n', 'invalid multibulk length'],
    ['*1\r\n:5\r\n', "expected '$', got ':'"],
    ['*1\r\n\r\n', "expected '$', got ' '"],
    ['*1\r\n$-1\r\n', 'invalid bulk length'],
    ['*1\r\n$536870913\r\n', 'invalid bulk length'],
    ['*1\r\n$1x\r\n', 'invalid bulk length'],
    ['SET a "x\r\n', 'unbalanced quotes in request'],
    [`x${long}`, 'too big inline request'],
    [`*${long}`, 'too big mbulk count string'],
    [`*1\r\n$${long}`, 'too big bulk count string'],
  ])('%#: %j', (text, problem) => {
    expect(decode([encode('PING'), text])).toEqual({ commands: [['PING']], problem: `ERR Protocol error: ${problem}` });
  });
});

test('who has not given the password may send only little', () => {
  let isStranger = true;
  const decoder = (): RespDecoder => new RespDecoder(() => isStranger);
  const many = encode(...'abcdefghijk');
  const long = encode('x'.repeat(16_385));
  expect(decode([many], decoder()).problem).toBe('ERR Protocol error: unauthenticated multibulk length');
  expect(decode([long], decoder()).problem).toBe('ERR Protocol error: unauthenticated bulk length');
  isStranger = false;
  expect(decode([many, long], decoder()).commands).toHaveLength(2);
});
