import { judge } from '../models/judges/judge.js';
import { lock } from '../models/judges/specifications/lock.js';
import { judged } from './judged.js';
import type { Property } from './property.js';

/**
 * The lock behaves like one that is asked one thing after the other: the judge `lock`. It sees in one order what
 * `mutual-exclusion`, `fencing-monotone` and `no-stale-write` look at one by one.
 */
export const linearizableLock: Property = {
  name: 'linearizable-lock',
  kind: 'always',
  claim: 'Some order of all acquires, extensions, releases and guarded writes, each between its call and its return, explains every answer.',
  check: (history) => judged(linearizableLock.name, judge(history, lock)),
};
