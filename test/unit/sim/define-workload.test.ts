import { expect, test } from 'vitest';
import { defineWorkload, type ModelName, type WorkloadDefinition } from '../../../sim/define-workload.js';

const nothing = (): Promise<void> => Promise.resolve();
const definition: WorkloadDefinition = {
  name: 'w',
  tests: 'Nothing.',
  params: {},
  operation: {},
  setup: nothing,
  client: nothing,
  check: ['mutual-exclusion'],
  sometimes: {},
};

test('a workload may name a formal model, if there is one of that name', () => {
  expect(defineWorkload({ ...definition, model: 'fenced-lease-lock' })).toMatchObject({ model: 'fenced-lease-lock' });
  expect(() => defineWorkload({ ...definition, model: 'lock' as ModelName })).toThrow(
    'defineWorkload: workload w: no model is called "lock"; there are fenced-lease-lock',
  );
});
