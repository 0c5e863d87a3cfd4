import fc from 'fast-check';
import { expect, test } from 'vitest';
import { leasesInTurn, turn } from '../test/support/arbitrary-leases.js';
import { noUnexpectedError } from './no-unexpected-error.js';

test('answers of every kind are fine, a thrown error is not, wherever it comes', () => {
  fc.assert(
    fc.property(fc.array(turn), fc.nat({ max: 200 }), (turns, at) => {
      const { history } = leasesInTurn(turns);
      history.operation('c1', 'write', 'k', [at, at + 1], { status: 'refused', value: { reason: 'stale' } });
      history.operation('c1', 'write', 'k', [at]);
      expect(noUnexpectedError.check(history.build())).toBeNull();
      const thrown = history.operation('c2', 'write', 'k', [at, at + 2], { status: 'unknown', value: { thrown: 'TypeError: x is not a function' } });
      expect(noUnexpectedError.check(history.build())).toEqual({
        property: 'no-unexpected-error',
        message: `c2's write of k (operation ${thrown}) threw at ${at + 2} ms: TypeError: x is not a function`,
        event: thrown,
        operations: [thrown],
      });
    }),
  );
});
