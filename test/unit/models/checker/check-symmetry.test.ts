import { describe, expect, test } from 'vitest';
import { coreModels } from '../../../../models/all-models.js';
import { checkModel, checkSystem } from '../../../../models/checker/check-model.js';
import { checkSymmetry } from '../../../../models/checker/check-symmetry.js';
import { type System, system } from '../../../../models/checker/define-model.js';
import { parseParams } from '../../../../models/checker/parse-params.js';
import { each, flag, ids, maybe, range } from '../../../../models/checker/shape.js';

const model = (name: string) => coreModels.find((one) => one.name === name)!;

describe('symmetry', () => {
  test.each([
    ['lease-lock', { C: 3, TTL: 2 }],
    ['fenced-lease-lock', { C: 3, TTL: 2, K: 2 }],
    ['redlock', { C: 2, I: 3, TTL: 1, CRASHES: 1 }],
    ['inventory', { B: 3, S: 2, Q: 2 }],
    ['dynamodb-lease', { C: 3, LD: 1 }],
  ])('%s: fewer states, the same verdicts, depth and lengths', (name, given) => {
    const params = parseParams(model(name), given);
    const whole = checkModel(model(name), params);
    const folded = checkModel(model(name), params, { symmetry: true });
    expect(folded.distinctStates).toBeLessThan(whole.distinctStates * 0.7);
    expect(folded.depth).toBe(whole.depth);
    expect(folded.properties.map(({ name, holds, counterexampleLength }) => ({ name, holds, counterexampleLength }))).toEqual(
      whole.properties.map(({ name, holds, counterexampleLength }) => ({ name, holds, counterexampleLength })),
    );
    for (const { counterexample, counterexampleLength } of folded.properties) expect(counterexample?.steps.length ?? null).toBe(counterexampleLength);
  });

  test('exactly one state of each orbit is left', () => {
    const clients = ids(3);
    const marks = system({
      state: { mark: each(clients, each(clients, flag)), who: maybe(clients), n: each(clients, range(0, 1)) },
      actions: {
        Mark: { for: [clients, clients], then: (s, c, d) => void (s.mark[c][d] = true) },
        Name: { for: [clients], then: (s, c) => void ((s.who = c), (s.n[c] = 1)) },
      },
      symmetry: [clients],
    });
    expect(checkSystem(marks, { symmetry: true }).distinctStates).toBe(orbits(marks));
  });

  test('is refused together with liveness', () => {
    const zookeeper = model('zookeeper-lock');
    expect(() => checkModel(zookeeper, parseParams(zookeeper, {}), { symmetry: true })).toThrow('symmetry and liveness do not go together');
  });

  test('is refused where there is none: an action, an invariant, or the start treats one differently', () => {
    const clients = ids(2);
    const base = system({
      state: { on: each(clients, flag) },
      actions: { Switch: { for: [clients], then: (s, c) => void (s.on[c] = true) } },
      symmetry: [clients],
    });
    const on = (s: Record<string, unknown>): boolean[] => s['on'] as boolean[];
    const onlyFirst = { ...base, actions: { Switch: { ...base.actions['Switch']!, when: (_: unknown, c: number) => c === 1 } } };
    const tells: System = { ...base, always: { First: (s) => on(s)[1] !== true } };
    const begins: System = { ...base, init: (s) => void (on(s)[1] = true) };
    expect(() => checkSymmetry(base)).not.toThrow();
    expect(() => checkSymmetry(onlyFirst)).toThrow('cannot happen, renamed');
    expect(() => checkSymmetry(tells)).toThrow('First tells');
    expect(() => checkSymmetry(begins)).toThrow('initial state');
    expect(() => checkSymmetry({ ...base, symmetry: [] })).toThrow('declares no symmetry');
  });
});

/** Counts classes of states of a system over ids(3), by renaming JSON. */
function orbits(of: System): number {
  const orders = [
    [1, 2, 3],
    [1, 3, 2],
    [2, 1, 3],
    [2, 3, 1],
    [3, 1, 2],
    [3, 2, 1],
  ];
  const seen = new Set<string>();
  const all = new Set<string>();
  type S = { mark: boolean[][]; who: number; n: number[] };
  const rename = ({ mark, who, n }: S, order: number[]): S => {
    const to = (c: number): number => order[c - 1]!;
    const renamed: S = { mark: [[], [], [], []], who: who === 0 ? 0 : to(who), n: [] };
    for (const c of [1, 2, 3]) {
      renamed.n[to(c)] = n[c]!;
      for (const d of [1, 2, 3]) renamed.mark[to(c)]![to(d)] = mark[c]![d]!;
    }
    return renamed;
  };
  const pending: S[] = [{ mark: [[], [false, false, false, false], [false, false, false, false], [false, false, false, false]], who: 0, n: [0, 0, 0, 0] }];
  for (let s = pending.pop(); s !== undefined; s = pending.pop()) {
    const names = orders.map((order) => JSON.stringify(rename(s, order))).sort();
    if (all.has(names[0]!)) continue;
    all.add(names[0]!);
    seen.add(JSON.stringify(s));
    for (const action of Object.values(of.actions)) {
      for (const c of [1, 2, 3] as const) {
        for (const d of [1, 2, 3] as const) {
          const next = structuredClone(s);
          action.then(next, c, d);
          pending.push(next);
        }
      }
    }
  }
  return all.size;
}
