import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fencedLeaseLock } from '../../../../models/fenced-lease-lock.js';
import { orderSaga } from '../../../../models/order-saga.js';
import { parseParams } from '../../../../models/checker/parse-params.js';
import { walker } from '../../../../models/checker/walk.js';
import { instancesOf } from '../../../../models/checker/instances.js';

const system = orderSaga.system(parseParams(orderSaga, {}));

test('a walk is a behaviour: each step is an action that was possible, and does what the action says', () => {
  const go = walker(system);
  const instances = new Map(instancesOf(system).map((instance) => [instance.label, instance]));
  fc.assert(
    fc.property(fc.infiniteStream(fc.nat()), (numbers) => {
      const { steps } = go({ steps: 30, choose: (bound) => (numbers.next().value ?? 0) % bound });
      steps.slice(1).forEach(({ action, state }, index) => {
        const { definition, args } = instances.get(action ?? '')!;
        const before = structuredClone(steps[index]!.state);
        expect(definition.when?.(before, args[0]!, args[1]!) ?? true).toBe(true);
        definition.then(before, args[0]!, args[1]!);
        expect(state).toEqual(before);
      });
    }),
    { numRuns: 50 },
  );
});

test('a walk ends where nothing is possible, after so many steps, or where an invariant breaks', () => {
  const first = () => 0;
  expect(walker(system)({ steps: 1_000, choose: first }).steps.length).toBeLessThan(1_000);
  expect(walker(system)({ steps: 3, choose: first }).steps).toHaveLength(4);
  const unfenced = walker(fencedLeaseLock.system(parseParams(fencedLeaseLock, { FENCED: false })));
  let seed = 1;
  const choose = (bound: number): number => (seed = (seed * 48_271) % 2_147_483_647) % bound;
  const broken = Array.from({ length: 300 }, () => unfenced({ steps: 60, choose })).map((walk) => walk.broken);
  expect(broken).toContain('NoStale');
  expect(broken).toContain(null);
});
