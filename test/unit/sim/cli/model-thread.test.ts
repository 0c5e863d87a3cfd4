import { describe, expect, test } from 'vitest';
import { allModels } from '../../../../models/all-models.js';
import { checkSystem, checkSystemWith, type CheckResult } from '../../../../models/checker/check-model.js';
import type { SearchThread } from '../../../../models/checker/explore-parallel.js';
import { parseParams } from '../../../../models/checker/parse-params.js';
import { startModelThread } from '../../../../sim/cli/model-thread.js';

/** What must not depend on the number of threads. */
function facts({ properties, distinctStates, generatedStates, depth, finished, neverTaken }: CheckResult): unknown {
  return {
    distinctStates,
    generatedStates,
    depth,
    finished,
    neverTaken,
    properties: properties.map(({ counterexample, ...rest }) => [rest, rest.kind === 'liveness' || counterexample?.steps.length]),
  };
}

/** Holds the first thread back until all are started, so that the work is shared out whatever the machine is busy with. */
const eager = (helpers: readonly (() => SearchThread)[]): (() => SearchThread)[] => {
  const started = helpers.map((start) => start());
  return started.map((thread) => () => thread);
};

describe('a search on several threads', () => {
  test.each([
    ['fenced-lease-lock', { C: 3, TTL: 2, K: 3 }, 2],
    ['redlock', { TTL: 2, CRASHES: 1 }, 3],
    ['zookeeper-lock', { C: 3, K: 5, EXPIRIES: 2 }, 2],
    ['lease-lock', { C: 2 }, 2],
  ])('%s %j on %i finds what one thread finds', async (name, given, threads) => {
    const model = allModels.find((one) => one.name === name)!;
    const params = parseParams(model, given);
    const helpers = eager(Array.from({ length: threads - 1 }, () => () => startModelThread(name, params)));
    await Promise.all(helpers.map((start) => start().ready));
    const result = await checkSystemWith(helpers, model.system(params));
    expect(facts(result)).toEqual(facts(checkSystem(model.system(params))));
    await Promise.all(helpers.map((start) => start().stop()));
  });

  test('a budget ends it for all', async () => {
    const model = allModels.find((one) => one.name === 'fenced-lease-lock')!;
    const params = parseParams(model, { C: 3, TTL: 2, K: 4 });
    const result = await checkSystemWith([() => startModelThread(model.name, params)], model.system(params), { maxStates: 60_000 });
    expect(result.finished).toBe(false);
    expect(result.distinctStates).toBeGreaterThan(60_000);
  });

  test('a thread that dies while it works is an error, not a wait for ever', async () => {
    const model = allModels.find((one) => one.name === 'fenced-lease-lock')!;
    const params = parseParams(model, { C: 3, TTL: 3, K: 6 });
    const dying: SearchThread = { ready: Promise.resolve(), run: () => Promise.reject(new Error('out of memory')), stop: () => Promise.resolve() };
    await expect(checkSystemWith([() => dying], model.system(params))).rejects.toThrow('out of memory');
  });

  test('what cannot be loaded is told', async () => {
    const thread = startModelThread('no-such-model', {});
    await expect(thread.ready).rejects.toThrow('there is no model "no-such-model"');
    await thread.stop();
  });
});
