import { describe, expect, test } from 'vitest';
import { type HttpMessage, HttpReader, looksLikeHttp } from '../../../../../sim/simulate/story/http-reader.js';

function read(text: string, size: number): HttpMessage[] {
  const reader = new HttpReader();
  const messages: HttpMessage[] = [];
  for (let at = 0; at < text.length; at += size) {
    reader.feed(Buffer.from(text.slice(at, at + size), 'latin1'));
    for (let message = reader.next(); message !== undefined; message = reader.next()) messages.push(message);
  }
  return messages;
}

describe('HTTP messages are told apart, however they are cut', () => {
  const text = [
    'POST /buy HTTP/1.1\r\nHost: shop-1\r\nContent-Length: 9\r\n\r\n{"n":"1"}',
    'GET /stock?x=1 HTTP/1.1\r\nHost: shop-1\r\n\r\n',
    'HTTP/1.1 409 Conflict\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nsold \r\n3\r\nout\r\n0\r\n\r\n',
    'HTTP/1.1 204 No Content\r\n\r\n',
  ].join('');
  for (const size of [1, 7, text.length]) {
    test(`by ${size} bytes`, () => {
      expect(read(text, size)).toEqual([
        { what: 'POST /buy', body: '{"n":"1"}' },
        { what: 'GET /stock?x=1', body: '' },
        { what: '409 Conflict', body: 'sold out' },
        { what: '204 No Content', body: '' },
      ]);
    });
  }
});

test('a Redis command does not look like HTTP', () => {
  expect(looksLikeHttp(Buffer.from('*1\r\n$4\r\nPING\r\n'))).toBe(false);
  expect(looksLikeHttp(Buffer.from('GET / HTTP/1.1\r\n'))).toBe(true);
});
