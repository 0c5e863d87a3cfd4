import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { OperationRecord } from '../../../../../models/history.js';
import { conformance } from '../../../../../models/judges/conformance/conformance.js';
import type { ConformanceModel } from '../../../../../models/judges/conformance/conformance-model.js';
import { fencedLeaseProtocol } from '../../../../../models/judges/conformance/fenced-lease-protocol.js';
import { match } from '../../../../../models/judges/conformance/match.js';
import { visibleEvents } from '../../../../../models/judges/conformance/visible-event.js';
import { anyLeases } from '../../../../support/arbitrary-leases.js';
import { bruteForceMatch } from '../../../../support/brute-force-match.js';
import { HistoryBuilder } from '../../../../support/history-builder.js';

interface Ticket {
  readonly last: number;
  readonly open: readonly OperationRecord[];
}

/** Each `draw` is answered with the number after the one before. */
const tickets: ConformanceModel<Ticket> = {
  name: 'tickets',
  about: 'A machine that hands out numbers.',
  init: (params) => ({ last: params['first'] ?? 0, open: [] }),
  visible: [
    {
      name: 'push',
      shows: ({ kind }) => kind === 'request',
      guards: [],
      effect: (state, { record }) => (record.type === 'operation' ? { ...state, open: [...state.open, record] } : state),
    },
    {
      name: 'take',
      shows: ({ kind }) => kind === 'reply',
      guards: [{ name: 'the ticket was printed', holds: ({ open }, { record }) => !open.some((other) => other === record) }],
      effect: (state) => state,
    },
  ],
  hidden: [
    {
      name: 'print',
      subjects: ({ open }) => open,
      guards: [{ name: 'it has the next number', holds: ({ last }, { value }) => value['number'] === undefined || value['number'] === last + 1 }],
      effect: ({ last, open }, record) => ({ last: last + 1, open: open.filter((other) => other !== record) }),
    },
  ],
  keyOf: ({ last, open }) => `${last}: ${open.map(({ id }) => id).join(' ')}`,
};

const draw = (history: HistoryBuilder, process: string, span: readonly [number, number?], number?: number): number =>
  history.operation(process, 'draw', 'm', span, number === undefined ? {} : { value: { number } });

test('steps that nobody sees explain what was answered, also those of requests without an answer', () => {
  const history = new HistoryBuilder();
  draw(history, 'c1', [0, 10], 3);
  draw(history, 'c2', [1, 9], 1);
  draw(history, 'c3', [2]);
  expect(conformance(history.build(), tickets)).toMatchObject({ verdict: 'valid', matched: 5, of: 5, failed: [] });
});

test('else it tells how long the longest prefix is, and which guard was false', () => {
  const history = new HistoryBuilder();
  draw(history, 'c1', [0, 1], 1);
  draw(history, 'c2', [2, 3], 3);
  draw(history, 'c3', [4, 5], 2);
  const { verdict, matched, of, failed, reason, culprits } = conformance(history.build(), tickets);
  expect({ verdict, matched, of }).toEqual({ verdict: 'invalid', matched: 3, of: 6 });
  expect(failed.map(({ step, guard, subject }) => [step, guard, subject?.id])).toEqual([
    ['take', 'the ticket was printed', 1],
    ['print', 'it has the next number', 1],
  ]);
  expect(culprits.map(({ id }) => id)).toEqual([1]);
  expect(reason).toBe(
    "m: the first 3 of 6 events are steps of tickets; then comes at 3 ms the reply of operation 1 (c2's draw of m -> number 3, from 2 ms to 3 ms), and none of " +
      "its steps leads there. take (c2's draw, operation 1): it is false that the ticket was printed; print (c2's draw, operation 1): it is false that it has the next number.",
  );
});

test('the params of the run are the model’s', () => {
  const history = new HistoryBuilder();
  draw(history, 'c1', [0, 1], 8);
  expect(conformance(history.build({ first: 7 }), tickets).verdict).toBe('valid');
  expect(conformance(history.build(), tickets).verdict).toBe('invalid');
});

test('each key is judged by itself', () => {
  const history = new HistoryBuilder();
  draw(history, 'c1', [0, 1], 1);
  history.operation('c1', 'draw', 'other machine', [2, 3], { value: { number: 1 } });
  expect(conformance(history.build(), tickets).verdict).toBe('valid');
});

test('when too many states are possible it says that it does not know', () => {
  const history = new HistoryBuilder();
  for (let client = 1; client <= 10; client += 1) draw(history, `c${client}`, [client]);
  draw(history, 'c0', [11, 12], 5);
  const judged = conformance(history.build(), tickets, { mostStates: 100 });
  expect(judged).toMatchObject({ verdict: 'undecided', matched: 7, of: 12 });
  expect(judged.reason).toBe('m: gave up after 7 of 12 events: more than 100 states of tickets are possible');
  expect(conformance(history.build(), tickets).verdict).toBe('valid');
});

test('it finds the prefix that trying everything finds, also with extensions, losses and crashes', () => {
  const seen = { matched: 0, stuck: 0 };
  fc.assert(
    fc.property(anyLeases, (history) => {
      for (const events of visibleEvents(history).values()) {
        const { kind, matched } = match(fencedLeaseProtocol, events, {});
        expect(matched).toBe(bruteForceMatch(fencedLeaseProtocol, events, {}));
        if (kind !== 'exhausted') seen[kind] += 1;
      }
    }),
    { numRuns: 1_000 },
  );
  expect(Math.min(seen.matched, seen.stuck)).toBeGreaterThan(100);
});
