import { expect, test } from 'vitest';
import { coreModels } from '../../../../models/all-models.js';
import { wayTo } from '../../../../models/checker/counterexample.js';
import { createEngine } from '../../../../models/checker/engine.js';
import { exploreDepthFirst } from '../../../../models/checker/explore-depth-first.js';
import { checkModel } from '../../../../models/checker/check-model.js';
import { parseParams } from '../../../../models/checker/parse-params.js';

const limits = { maxStates: 1_000_000, maxDepth: 1_000_000, progress: () => undefined };

test.each(coreModels.map((model) => [model.name, model] as const))('%s: depth first finds the same states and violations', (_, model) => {
  for (const row of model.rows.slice(0, 2)) {
    const params = parseParams(model, row.params);
    const breadthFirst = checkModel(model, params);
    const engine = createEngine(model.system(params));
    const { distinct, finished, findings } = exploreDepthFirst(engine, limits);
    expect({ distinct, finished }).toEqual({ distinct: breadthFirst.distinctStates, finished: true });
    for (const { name, state } of findings) {
      expect(state === null).toBe(breadthFirst.properties.find((property) => property.name === name)?.holds);
      if (state === null) continue;
      const way = wayTo({ states: engine.states(), parents: engine.parents() }, state, engine.layout.words);
      expect(model.system(params).always?.[name]?.(engine.unpack(way.at(-1)!, 0))).toBe(false);
    }
  }
});

test('a bound on depth or states is told', () => {
  const [leaseLock] = coreModels;
  const engine = () => createEngine(leaseLock!.system(parseParams(leaseLock!, {})));
  expect(exploreDepthFirst(engine(), { ...limits, maxDepth: 4 })).toMatchObject({ finished: false, deepest: 4 });
  expect(exploreDepthFirst(engine(), { ...limits, maxStates: 5 })).toMatchObject({ finished: false });
});
