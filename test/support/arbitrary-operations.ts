import fc from 'fast-check';
import type { History, HistoryValue } from '../../models/history.js';
import { HistoryBuilder } from './history-builder.js';

/** One call of a small history. Its name and its values are for `describe` to make sense of. */
export interface AnyCall {
  readonly process: string;
  readonly invoke: number;
  readonly took: number;
  readonly status: 'ok' | 'refused' | 'unknown';
  readonly kind: number;
  readonly a: number;
  readonly b: number;
}

const call = fc.record({
  process: fc.constantFrom('c1', 'c2', 'c3'),
  invoke: fc.integer({ min: 0, max: 20 }),
  took: fc.integer({ min: 0, max: 9 }),
  status: fc.constantFrom<AnyCall['status']>('ok', 'ok', 'ok', 'ok', 'unknown', 'unknown', 'refused'),
  kind: fc.nat({ max: 5 }),
  a: fc.nat({ max: 3 }),
  b: fc.nat({ max: 3 }),
});

export interface CallWords {
  readonly operation: string;
  readonly args?: Readonly<Record<string, HistoryValue>>;
  readonly value?: Readonly<Record<string, HistoryValue>>;
}

/** Small histories of anything: most are invalid, many valid. `words` says what a call is. */
export function anyHistory(words: (call: AnyCall, index: number) => CallWords, params: Readonly<Record<string, number>>, most = 7): fc.Arbitrary<History> {
  return fc.array(call, { minLength: 1, maxLength: most }).map((calls) => {
    const history = new HistoryBuilder();
    for (const [index, one] of calls.entries()) {
      const { operation, args = {}, value = {} } = words(one, index);
      const span = one.status === 'unknown' && one.b === 0 ? ([one.invoke] as const) : ([one.invoke, one.invoke + one.took] as const);
      history.operation(one.process, operation, 'k', span, {
        status: one.status,
        args,
        value: one.status === 'ok' ? value : one.status === 'refused' ? { reason: 'sold-out' } : {},
      });
    }
    return history.build(params);
  });
}
