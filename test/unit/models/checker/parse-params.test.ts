import { expect, test } from 'vitest';
import { dynamodbLease } from '../../../../models/dynamodb-lease.js';
import { parseParams } from '../../../../models/checker/parse-params.js';
import { leaseLock } from '../../../../models/lease-lock.js';
import { orderSaga } from '../../../../models/order-saga.js';

test('names and values in any case; the first row for the rest', () => {
  expect(parseParams(dynamodbLease, { mode: 'WALL', c: '3' })).toEqual({ C: 3, LD: 2, MODE: 'wall', SKEW: 0 });
  expect(parseParams(leaseLock, { pauses: 'FALSE' })).toEqual({ C: 2, TTL: 2, PAUSES: false });
  expect(parseParams(orderSaga, { CRASHES: '-1' })).toMatchObject({ CRASHES: -1 });
});

test.each([
  [{ X: '1' }, 'lease-lock has no parameter X; it has C, TTL, PAUSES'],
  [{ C: '0' }, 'C of lease-lock is a whole number from 1 to 16, got "0"'],
  [{ C: '1.5' }, 'a whole number from 1 to 16, got "1.5"'],
  [{ PAUSES: 'yes' }, 'PAUSES of lease-lock is true or false, got "yes"'],
])('%j is refused in one line', (given, complaint) => {
  expect(() => parseParams(leaseLock, given as Record<string, string>)).toThrow(complaint);
  expect(() => parseParams(dynamodbLease, { MODE: 'other' })).toThrow('MODE of dynamodb-lease is one of rvn, wall, got "other"');
});
