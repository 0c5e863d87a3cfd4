import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FrontendDecoder } from '../../../../../sim/wire/postgres/frontend-decoder.js';
import { messageLimit, responseLimit } from '../../../../../sim/wire/postgres/frontend-limits.js';
import { PostgresHangUp } from '../../../../../sim/wire/postgres/postgres-failure.js';
import { int32, message, startup } from '../../../../support/postgres-messages.js';

const bodies = fc.array(fc.tuple(fc.constantFrom(...'QPBFd'), fc.uint8Array({ maxLength: 300 })), { maxLength: 20 });

test('messages come out as they were sent, however they are cut', () => {
  fc.assert(
    fc.property(bodies, fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 }), (sent, sizes) => {
      const hello = startup({ user: 'u' });
      const text = Buffer.concat([hello, ...sent.map(([type, body]) => message(type, body))]);
      const decoder = new FrontendDecoder();
      const got: unknown[] = [];
      let packet: Buffer | undefined;
      for (let at = 0, turn = 0; at < text.length; turn += 1) {
        const end = at + (sizes[turn % sizes.length] ?? 1);
        decoder.feed(text.subarray(at, end));
        at = end;
        packet ??= decoder.startup();
        if (packet === undefined) continue;
        for (let frame = decoder.next(messageLimit); frame !== undefined; frame = decoder.next(messageLimit)) got.push([frame.type, [...frame.body]]);
      }
      expect(packet).toEqual(hello.subarray(4));
      expect(got).toEqual(sent.map(([type, body]) => [type, [...body]]));
      expect(decoder.peek()).toBeUndefined();
    }),
  );
});

const fed = (...chunks: readonly Uint8Array[]): FrontendDecoder => {
  const decoder = new FrontendDecoder();
  for (const chunk of chunks) decoder.feed(chunk);
  return decoder;
};
const silent = (act: () => unknown): boolean => {
  try {
    act();
  } catch (error) {
    return error instanceof PostgresHangUp && error.problem === undefined;
  }
  return false;
};

test('lengths out of range end the connection without a word, as soon as they are known', () => {
  for (const length of [0, 7, 10_005, 0xffff_ffff]) expect(silent(() => fed(int32(length)).startup())).toBe(true);
  for (const length of [8, 10_004]) expect(fed(int32(length)).startup()).toBeUndefined();
  const limits = [
    ['S', 10_000],
    ['E', 10_000],
    ['Q', 0x3fff_fffe],
    ['B', 0x3fff_fffe],
  ] as const;
  for (const [type, limit] of limits) {
    expect(fed(Buffer.from(type), int32(limit)).next(messageLimit)).toBeUndefined();
    for (const length of [3, limit + 1]) expect(silent(() => fed(Buffer.from(type), int32(length)).next(messageLimit))).toBe(true);
  }
});

test('a type that is not expected is refused with its first byte', () => {
  expect(() => fed(Buffer.from('x')).next(messageLimit)).toThrow('invalid frontend message type 120');
  expect(() => fed(Buffer.from('Q')).next(responseLimit('SASL'))).toThrow('expected SASL response, got message type 81');
  expect(fed(message('p', 'x\0')).next(responseLimit('password'))).toEqual({ type: 'p', body: Buffer.from('x\0') });
});

test('what has arrived can be forgotten', () => {
  const decoder = fed(message('S'), message('S'));
  decoder.clear();
  decoder.feed(message('H'));
  expect(decoder.next(messageLimit)?.type).toBe('H');
  expect(decoder.next(messageLimit)).toBeUndefined();
});
