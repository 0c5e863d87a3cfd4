import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ReplyReader, type StoryReply } from '../../../../../sim/simulate/story/reply-reader.js';
import { encodeReply } from '../../../../../sim/wire/redis/resp-encoder.js';

/** Reads `text`, cut into chunks of `size`. */
function read(text: string, size = text.length): (StoryReply | undefined)[] {
  const reader = new ReplyReader();
  const bytes = Buffer.from(text, 'latin1');
  const replies: (StoryReply | undefined)[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    reader.feed(bytes.subarray(at, at + size));
    for (let reply = reader.next(); reply !== undefined; reply = reader.next()) replies.push(reply);
  }
  return replies;
}

const reply: fc.Arbitrary<StoryReply> = fc.letrec<{ reply: StoryReply; items: StoryReply[] }>((tie) => ({
  reply: fc.oneof(
    { depthSize: 'small' },
    fc.string(),
    fc.integer(),
    fc.constant(null),
    fc.constant({ status: 'OK' }),
    fc.constant({ error: 'ERR no' }),
    tie('items'),
  ),
  items: fc.array(tie('reply'), { maxLength: 4 }),
})).reply;

test('reads what a server writes, in both protocols, however it is cut', () => {
  fc.assert(
    fc.property(fc.array(reply), fc.constantFrom(2 as const, 3 as const), fc.integer({ min: 1, max: 20 }), (replies, protocol, size) => {
      const text = replies.map((value) => encodeReply(value, protocol)).join('');
      expect(read(text, size)).toEqual(replies);
    }),
    { numRuns: 200 },
  );
});

test('leaves out pushes: they answer nothing', () => {
  expect(read('>3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$2\r\nhi\r\n+OK\r\n')).toEqual([{ status: 'OK' }]);
});
