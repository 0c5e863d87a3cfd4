import { expect, test } from 'vitest';
import { Coalescer, type CoalescerOptions } from '../../../../src/inventory/coalescer.js';
import { settled } from '../../../support/fake-clock.js';

/** A coalescer of numbers whose batches are answered by hand. */
function bench(options: Partial<CoalescerOptions<number, string>> = {}) {
  const sent: (readonly number[])[] = [];
  const flights: { answer(...left: number[]): Promise<void>; fail(): Promise<void> }[] = [];
  const coalescer = new Coalescer<number, string>({
    maxBatch: 3,
    maxWaiting: 100,
    full: 'full',
    joins: () => true,
    send: (_, batch) =>
      new Promise((resolve, reject) => {
        sent.push(batch);
        flights.push({
          async answer(...left) {
            resolve(new Map(batch.filter((n) => !left.includes(n)).map((n) => [n, `${n}!`])));
            await settled();
          },
          async fail() {
            reject(new Error('broken'));
            await settled();
          },
        });
      }),
    ...options,
  });
  return { coalescer, sent, flights };
}

test('who comes alone is sent at once; who comes meanwhile goes together, up to the bound, in the order of coming', async () => {
  const { coalescer, sent, flights } = bench();
  const asked = [1, 2, 3, 4, 5].map((n) => coalescer.ask('a', n));
  expect(sent).toEqual([[1]]);
  await flights[0]!.answer();
  await flights[1]!.answer();
  await flights[2]!.answer();
  expect(sent).toEqual([[1], [2, 3, 4], [5]]);
  expect(await Promise.all(asked)).toEqual(['1!', '2!', '3!', '4!', '5!']);
});

test('keys do not wait for each other', () => {
  const { coalescer, sent } = bench();
  void coalescer.ask('a', 1);
  void coalescer.ask('b', 2);
  expect(sent).toEqual([[1], [2]]);
});

test('who asks again when it is answered is in the next batch, with those who wait', async () => {
  const { coalescer, sent, flights } = bench();
  const again = async (n: number): Promise<void> => {
    await coalescer.ask('a', n);
    await coalescer.ask('a', n + 10);
  };
  void again(1);
  void again(2);
  await flights[0]!.answer();
  expect(sent).toEqual([[1], [2, 11]]);
});

test('what is left out of the answer goes first into the next batch', async () => {
  const { coalescer, sent, flights } = bench();
  const asked = [1, 2, 3, 4, 5].map((n) => coalescer.ask('a', n));
  await flights[0]!.answer();
  await flights[1]!.answer(3, 4);
  await flights[2]!.answer();
  expect(sent).toEqual([[1], [2, 3, 4], [3, 4, 5]]);
  expect(await Promise.all(asked)).toEqual(['1!', '2!', '3!', '4!', '5!']);
});

test('who may not join waits for the next, and keeps its place', async () => {
  const { coalescer, sent, flights } = bench({ joins: (batch, n) => batch.every((other) => other % 2 === n % 2) });
  for (const n of [0, 1, 2, 3, 4, 5, 6]) void coalescer.ask('a', n);
  for (const flight of [0, 1, 2]) await flights[flight]!.answer();
  expect(sent).toEqual([[0], [1, 3, 5], [2, 4, 6]]);
});

test('too many are told so, at once', async () => {
  const { coalescer, flights } = bench({ maxWaiting: 1 });
  const asked = [1, 2, 3].map((n) => coalescer.ask('a', n));
  expect(await asked[2]).toBe('full');
  await flights[0]!.answer();
  await flights[1]!.answer();
  expect(await asked[1]).toBe('2!');
});

test('an error is for those of that batch', async () => {
  const { coalescer, flights } = bench();
  const asked = [1, 2].map((n) => coalescer.ask('a', n));
  const broken = expect(asked[0]).rejects.toThrow('broken');
  await flights[0]!.fail();
  await broken;
  await flights[1]!.answer();
  expect(await asked[1]).toBe('2!');
});
