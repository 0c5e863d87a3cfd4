import { after, between } from '../../src/base/time.js';
import type { Stock } from '../../src/inventory/stock.js';
import type { LockProtocol } from '../../src/locks/lock-protocol.js';
import type { Breakage } from './run-lock-walk.js';
import { clockOf } from './walk-stores.js';

/** A method of a protocol, done otherwise. */
const withProtocol = (protocol: LockProtocol, other: Partial<LockProtocol>): LockProtocol => ({
  name: protocol.name,
  assumes: protocol.assumes,
  acquire: (request) => protocol.acquire(request),
  extend: (request) => protocol.extend(request),
  release: (request) => protocol.release(request),
  ...other,
});

const withWrite = (stock: Stock, write: Stock['write']): Stock => ({
  restock: (...args) => stock.restock(...args),
  take: (...args) => stock.take(...args),
  read: (...args) => stock.read(...args),
  ledger: (...args) => stock.ledger(...args),
  write,
});

/** A real protocol or stock, broken in one place; and in what a walk must see that. */
export const brokenLocks: readonly (readonly [how: string, what: string, broken: Breakage])[] = [
  [
    'release does not compare the owner',
    'which grant holds the key, by the store',
    (parts) => ({
      ...parts,
      protocol: withProtocol(parts.protocol, {
        async release(request) {
          const answer = await parts.protocol.release(request);
          await parts.free();
          return answer;
        },
      }),
    }),
  ],
  [
    'the local end is counted from the reply',
    "who holds the key believes no longer than the store's lease lasts",
    (parts, own) => ({
      ...parts,
      protocol: withProtocol(parts.protocol, {
        async acquire(request) {
          const sent = clockOf(own).now();
          const answer = await parts.protocol.acquire(request);
          return answer.status === 'granted' ? { ...answer, expiresAt: after(answer.expiresAt, between(sent, clockOf(own).now())) } : answer;
        },
      }),
    }),
  ],
  [
    'acquire does not look whether the key is held',
    'who else is refused, and for which holder',
    (parts) => ({
      ...parts,
      protocol: withProtocol(parts.protocol, {
        async acquire(request) {
          await parts.free();
          return await parts.protocol.acquire(request);
        },
      }),
    }),
  ],
  [
    'every holder has the same token',
    'the last token, by the store',
    (parts) => ({
      ...parts,
      protocol: withProtocol(parts.protocol, {
        async acquire(request) {
          const answer = await parts.protocol.acquire(request);
          return answer.status === 'granted' ? { ...answer, token: 7n } : answer;
        },
      }),
    }),
  ],
  [
    'a write does not show its token',
    'the highest token that the fence has seen',
    (parts) => ({
      ...parts,
      stock: withWrite(parts.stock, (sku, { onHand, operationId }) => parts.stock.write(sku, { onHand, operationId })),
    }),
  ],
];
