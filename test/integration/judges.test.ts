import { describe, expect, test } from 'vitest';
import type { History, OperationRecord } from '../../models/history.js';
import { judge } from '../../models/judges/judge.js';
import type { SequentialModel } from '../../models/judges/sequential-model.js';
import { inventory, type InventoryState } from '../../models/judges/specifications/inventory.js';
import { lock, type LockState } from '../../models/judges/specifications/lock.js';
import { Search } from '../../sim/explore/search.js';
import { specimens } from '../../sim/registry.js';

const MOST_SEEDS = 300;
const BY_JUDGES: ReadonlySet<string> = new Set(['linearizable-lock', 'linearizable-stock']);
/** They never do anything wrong: they only come to no end, or to an error. */
const HARMLESS: ReadonlySet<string> = new Set(['deadlock-freedom', 'lease-ends', 'no-unexpected-error']);

const unsafe = [...specimens].filter(([, { caughtBy }]) => caughtBy.some((property) => !HARMLESS.has(property)));

const open = (lockName: string): Promise<Search> =>
  Search.open({ workload: specimens.get(lockName)?.workload ?? '', lock: lockName, faults: 'all', fixed: {} });

test.each(unsafe)('specimen %s is refused by a judge, which says by which operation and what would have been right', { timeout: 120_000 }, async (name) => {
  const search = await open(name);
  for (let seed = 1; seed <= MOST_SEEDS; seed += 1) {
    const found = (await search.seed(seed)).violated.find(({ property }) => BY_JUDGES.has(property));
    if (found === undefined) continue;
    expect(found.message).toMatch(/operation \d+ \(\w+'s \w+ of item.*, (from|asked at) [\d.]+ ms|the ledger \(operation \d+\)/);
    expect(found.message).toMatch(/could|had to|had been given back|lacks|twice|makes|nobody asked for/);
    return;
  }
  expect.fail(`no judge refused ${name} within ${MOST_SEEDS} seeds`);
});

/** A judge with one of its questions left out, and the specimen that only that question finds. */
interface Weakening<State> {
  readonly without: string;
  readonly model: SequentialModel<State>;
  readonly weak: Partial<SequentialModel<State>>;
  readonly escapes: string;
}

const timeless = (operations: readonly OperationRecord[]): OperationRecord[] =>
  operations.map((record) => ({ ...record, invoke: 0, ...(record.status === 'unknown' ? {} : { return: 1 }) }));

const ofLock: readonly Omit<Weakening<LockState>, 'model'>[] = [
  {
    without: 'asking whether the lock is free',
    weak: { step: (state, record) => lock.step(record.operation === 'acquire' ? { ...state, holder: null } : state, record) },
    escapes: 'no-lock',
  },
  { without: 'comparing tokens', weak: { step: (state, record) => lock.step({ ...state, newest: null }, record) }, escapes: 'token-counter-flushed' },
  {
    without: 'asking until when the holder believed in its lease',
    weak: {
      prepare: (operations, history) =>
        (lock.prepare?.(operations, history) ?? []).map((record) => (record.operation === 'expire' ? { ...record, invoke: 0 } : record)),
    },
    escapes: 'owner-per-object',
  },
  {
    without: 'asking what was before what',
    weak: { prepare: (operations, history) => timeless(lock.prepare?.(operations, history) ?? []) },
    escapes: 'in-process-mutex',
  },
];

const ofStock: readonly Omit<Weakening<InventoryState>, 'model'>[] = [
  {
    without: 'asking whether there are enough units',
    weak: {
      step: (state, record) => (record.operation === 'sell' ? { ...state, onHand: state.onHand - Number(record.args['quantity'] ?? 1) } : state),
      mayRefuse: () => true,
    },
    escapes: 'article-redis',
  },
  { without: 'comparing what is left', weak: { step: (state) => state, mayRefuse: () => true }, escapes: 'no-fence' },
];

/** For a list of weakenings of models of all kinds. */
const anyState = <State>(weakening: Weakening<State>): Weakening<never> => weakening as unknown as Weakening<never>;

const weakenings = [...ofLock.map((one) => anyState({ ...one, model: lock })), ...ofStock.map((one) => anyState({ ...one, model: inventory }))];

/** Histories of a specimen that the whole judge refuses. */
async function refusedHistories(name: string, model: SequentialModel<unknown>): Promise<History[]> {
  const search = await open(name);
  const refused: History[] = [];
  for (let seed = 1; seed <= MOST_SEEDS && refused.length < 3; seed += 1) {
    const { history } = await search.run(search.scenario(seed));
    if (judge(history, model).verdict === 'invalid') refused.push(history);
  }
  return refused;
}

describe('a judge that does not ask', () => {
  test.each(weakenings)('without $without, $escapes escapes', { timeout: 120_000 }, async ({ model, weak, escapes }) => {
    const refused = await refusedHistories(escapes, model);
    expect(refused.length).toBe(3);
    const weakened: SequentialModel<never> = { ...model, ...weak };
    expect(refused.map((history) => judge(history, weakened, { shortcuts: false }).verdict)).toContain('valid');
  });
});
