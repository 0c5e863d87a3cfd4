import { checkSystem } from '../../models/checker/check-model.js';
import type { Model, ParamValue } from '../../models/checker/define-model.js';
import { parseParams } from '../../models/checker/parse-params.js';
import { fencedLeaseLock } from '../../models/fenced-lease-lock.js';
import { zookeeperLock } from '../../models/zookeeper-lock.js';
import { runModel } from '../../sim/cli/run-model.js';
import type { Bench, Contender, Reading } from './bench.js';

const UNLIMITED = { maxStates: 2 ** 30, progress: () => undefined };

function contender(name: string, model: Model, given: Readonly<Record<string, ParamValue>>, workers: number): Contender {
  const params = parseParams(model, given);
  return {
    name,
    async round(): Promise<readonly Reading[]> {
      const { statesPerSecond, bytes, distinctStates } = await runModel(model, params, { ...UNLIMITED, workers, source: model.name, row: null });
      return [
        { measure: 'distinct states', unit: '/s', value: statesPerSecond },
        { measure: 'memory', unit: 'bytes a state', value: bytes / distinctStates },
      ];
    },
  };
}

export function modelsBench(): Bench {
  // What is measured is right: TLC finds as many.
  const { distinctStates } = checkSystem(fencedLeaseLock.system(parseParams(fencedLeaseLock, {})));
  if (distinctStates !== 2_506) throw new Error(`fenced-lease-lock has 2506 states, got ${distinctStates}`);
  const large = { C: 3, TTL: 3, K: 6 };
  return {
    about:
      'The model checker, the start of threads included. Floors: fenced-lease-lock 250,000 states/s, 1.3 times that with two workers, 48 bytes a state; zookeeper-lock 30,000.',
    base: 'fenced-lease-lock, 1 worker',
    contenders: [
      contender('fenced-lease-lock, 1 worker', fencedLeaseLock, large, 1),
      contender('fenced-lease-lock, 2 workers', fencedLeaseLock, large, 2),
      contender('zookeeper-lock with liveness', zookeeperLock, { C: 3, K: 5, EXPIRIES: 2 }, 1),
    ],
    rounds: { counted: 7, warmUp: 1 },
  };
}
