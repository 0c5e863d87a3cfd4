import { expect, test } from 'vitest';
import { modelTransitions, transitionsShown } from '../../../../sim/explore/model-transitions.js';
import { HistoryBuilder } from '../../../support/history-builder.js';

const lock = { model: 'fenced-lease-lock' } as const;

test('a campaign counts the seeds that showed a transition, and names those that none did', () => {
  const history = new HistoryBuilder();
  history.acquire('c1', [0, 1]);
  history.acquire('c2', [2, 3], { key: 'other' });
  const transitions = transitionsShown(lock, history.build());
  expect(transitions).toEqual(['Acquire: granted']);
  const campaign = modelTransitions(lock, [{ transitions }, { transitions }, {}]);
  expect(campaign).toMatchObject({ model: 'fenced-lease-lock', shown: { 'Acquire: granted': 2, GiveUp: 0 } });
  expect(campaign?.never).toContain('GiveUp');
  expect(campaign?.never).not.toContain('Acquire: granted');
});

test('a workload without a model has none', () => {
  expect(transitionsShown({}, new HistoryBuilder().build())).toEqual([]);
  expect(modelTransitions({}, [])).toBeNull();
});
