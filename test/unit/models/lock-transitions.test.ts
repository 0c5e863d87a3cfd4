import { expect, test } from 'vitest';
import { fencedLeaseLock } from '../../../models/fenced-lease-lock.js';
import { lockTransitionNames, lockTransitions } from '../../../models/lock-transitions.js';
import { parseParams } from '../../../models/checker/parse-params.js';
import { type Details, HistoryBuilder } from '../../support/history-builder.js';

/** What `write` shows of each history, in words and how often. */
function shownBy(write: (history: HistoryBuilder) => void): Record<string, number> {
  const history = new HistoryBuilder();
  write(history);
  return Object.fromEntries(lockTransitions(history.build()));
}

const withToken = (token: bigint, details: Details = {}): Details => ({ ...details, args: { token: String(token) } });
const refused = (reason: string): Details => ({ status: 'refused', value: { reason } });

test('there is a name for every action of the model', () => {
  const { actions } = fencedLeaseLock.system(parseParams(fencedLeaseLock, {}));
  expect(new Set(lockTransitionNames.map((name) => name.split(':')[0]))).toEqual(new Set(Object.keys(actions)));
});

test('acquire, two writes, release; another one waits meanwhile, and a third is refused', () => {
  const shown = shownBy((history) => {
    const lease = history.acquire('c1', [0, 1], { until: 100, token: 5n });
    history.operation('c1', 'write', 'k', [2, 3], withToken(5n));
    history.operation('c1', 'write', 'k', [4, 5], withToken(5n));
    history.operation('c3', 'acquire', 'k', [5, 6], refused('held'));
    history.release('c1', lease, [7, 8]);
    // Asked for before the release, and granted after it.
    history.acquire('c2', [2, 9], { until: 100, token: 6n });
  });
  expect(shown).toEqual({
    'Acquire: granted': 2,
    'Acquire: not possible, and refused': 1,
    Enter: 1,
    'Send: in its lease': 2,
    "Deliver: the holder's is accepted": 2,
    'Exit: in its lease': 1,
  });
});

test('one who is late: refused, or accepted, or without an answer', () => {
  const shown = shownBy((history) => {
    const late = history.acquire('c1', [0, 1], { until: 10, token: 5n });
    history.occurrence('lost', 10, 'c1', late);
    history.acquire('c2', [11, 12], { until: 50, token: 6n });
    history.operation('c1', 'write', 'k', [20, 21], withToken(5n, refused('not-holder')));
    history.operation('c1', 'write', 'k', [22, 23], withToken(5n));
    history.operation('c1', 'write', 'k', [24], withToken(5n));
    history.release('c1', late, [30, 31]);
  });
  expect(shown).toEqual({
    'Acquire: granted': 1,
    'Acquire: granted after a lease that was not given back': 1,
    'Tick: a lease ends': 1,
    Enter: 1,
    'Send: after its lease': 3,
    'Deliver: late, and refused': 1,
    'Deliver: late, and accepted': 1,
    'Lose: no answer came': 1,
    'Exit: after its lease': 1,
  });
});

test('a lease that is extended lasts longer, from the answer on', () => {
  const shown = shownBy((history) => {
    const lease = history.acquire('c1', [0, 1], { until: 10, token: 5n });
    history.extend('c1', lease, [5, 6], 20);
    history.operation('c1', 'write', 'k', [15, 16], withToken(5n));
  });
  expect(shown).toEqual({ 'Acquire: granted': 1, Enter: 1, 'Send: in its lease': 1, "Deliver: the holder's is accepted": 1 });
});

test('who loses a lease and lets it be gives up; who dies does not', () => {
  const lose = (history: HistoryBuilder): HistoryBuilder => history.occurrence('lost', 10, 'c1', history.acquire('c1', [0, 1], { until: 10 }));
  expect(shownBy((history) => void lose(history))).toMatchObject({ GiveUp: 1 });
  expect(shownBy((history) => void lose(history).occurrence('crash', 12, 'c1'))).not.toHaveProperty('GiveUp');
});

test('a lease without a token is known by its process', () => {
  const shown = shownBy((history) => {
    history.acquire('c1', [0, 1]);
    history.operation('c1', 'write', 'k', [2, 3]);
    history.operation('c2', 'write', 'k', [4, 5]);
  });
  expect(shown).toEqual({ 'Acquire: granted': 1, Enter: 1, 'Send: in its lease': 1, "Deliver: the holder's is accepted": 1 });
});
