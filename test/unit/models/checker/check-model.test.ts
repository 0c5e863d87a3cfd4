import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkSystem, type CheckResult } from '../../../../models/checker/check-model.js';
import { strong, type System, system, weak } from '../../../../models/checker/define-model.js';
import { choice, each, flag, ids, maybe, range } from '../../../../models/checker/shape.js';
import { arbitraryArithmetic, arbitraryGraph } from '../../../support/arbitrary-systems.js';
import { referenceCheck, type ReferenceResult } from '../../../support/reference-checker.js';

const property = (result: CheckResult, name: string) => result.properties.find((one) => one.name === name)!;

/** The checker's answers in the reference's form. */
function answers(result: CheckResult): ReferenceResult {
  const ofKind = (kind: string) => result.properties.filter((one) => one.kind === kind);
  return {
    distinct: result.distinctStates,
    generated: result.generatedStates,
    depth: result.depth,
    broken: Object.fromEntries(ofKind('invariant').map(({ name, counterexampleLength }) => [name, counterexampleLength])),
    stuck: ofKind('deadlock')[0]?.counterexampleLength ?? null,
    live: Object.fromEntries(ofKind('liveness').map(({ name, holds }) => [name, holds!])),
  };
}

/** A counterexample must be a behaviour of the system, and show what it says. */
function assertIsBehaviour(system: System, result: CheckResult): void {
  for (const { kind, name, counterexample, counterexampleLength } of result.properties) {
    if (counterexample === null) continue;
    const { steps, backTo, backBy } = counterexample;
    if (kind !== 'liveness') expect(steps).toHaveLength(counterexampleLength!);
    const last = steps.at(-1)!.state;
    if (kind === 'invariant') expect(system.always![name]!(last)).toBe(false);
    for (const { state } of steps.slice(backTo ?? steps.length)) {
      for (const question of [system.leadsTo?.[name]?.to, system.eventually?.[name]?.reaches]) expect(question?.(state, 1, 1) ?? false).toBe(false);
    }
    for (const step of steps.slice(1)) expect(step.action).not.toBeNull();
    if (backTo !== null && backTo < steps.length - 1) expect(backBy).not.toBeNull();
  }
}

describe('the checker agrees with a naive one', () => {
  test('on random graphs with fairness and liveness', () => {
    fc.assert(
      fc.property(arbitraryGraph, (random) => {
        const result = checkSystem(random);
        expect(answers(result)).toEqual(referenceCheck(random));
        assertIsBehaviour(random, result);
      }),
      { numRuns: 1_500 },
    );
  });

  test('on random systems of several variables', () => {
    fc.assert(
      fc.property(arbitraryArithmetic, (random) => {
        const result = checkSystem(random);
        expect(answers(result)).toEqual(referenceCheck(random));
        assertIsBehaviour(random, result);
      }),
      { numRuns: 150 },
    );
  });
});

/** A switch that can be on or off, and a lamp that may light while it is on. */
function lamp(fairness: { readonly fair?: ReturnType<typeof weak> }): System {
  return system({
    state: { on: flag, lit: flag },
    actions: {
      Flip: { when: (s) => !s.lit, then: (s) => void (s.on = !s.on), fair: weak() },
      Light: { when: (s) => s.on && !s.lit, then: (s) => void (s.lit = true), ...fairness },
    },
    eventually: { Lights: { reaches: (s) => s.lit } },
  });
}

describe('fairness', () => {
  test('standing still is a behaviour where nothing is asked to be fair, and a warning says so', () => {
    const still = system({
      state: { done: flag },
      actions: { Do: { when: (s) => !s.done, then: (s) => void (s.done = true) } },
      eventually: { Done: { reaches: (s) => s.done } },
    });
    const result = checkSystem(still);
    expect(property(result, 'Done')).toMatchObject({ holds: false, counterexampleLength: null, counterexample: { backTo: 0, backBy: null } });
    expect(result.warnings).toEqual([expect.stringContaining('no action is fair')]);
  });

  test('weak fairness ends the standing still', () => {
    const moving = system({
      state: { done: flag },
      actions: { Do: { when: (s) => !s.done, then: (s) => void (s.done = true), fair: weak() } },
      eventually: { Done: { reaches: (s) => s.done } },
    });
    expect(checkSystem(moving)).toMatchObject({ warnings: [], properties: [{ name: 'Done', holds: true }] });
  });

  test('weak fairness lets something pass by that is not possible all the time; strong fairness does not', () => {
    const passing = property(checkSystem(lamp({ fair: weak() })), 'Lights');
    expect(passing.holds).toBe(false);
    expect(passing.counterexample?.steps.map(({ action }) => action)).toEqual([null, 'Flip']);
    expect(passing.counterexample).toMatchObject({ backTo: 0, backBy: 'Flip' });
    expect(property(checkSystem(lamp({ fair: strong() })), 'Lights').holds).toBe(true);
  });

  test('a step that changes nothing neither is a step of a fair action nor makes it possible', () => {
    const idle = system({
      state: { done: flag, tries: range(0, 1) },
      actions: {
        Try: { then: (s) => void (s.tries = s.done ? 1 : s.tries), fair: weak() },
        Finish: { when: (s) => !s.done, then: (s) => void (s.done = true) },
      },
      eventually: { Done: { reaches: (s) => s.done } },
    });
    expect(property(checkSystem(idle), 'Done').holds).toBe(false);
  });

  test('a part of an unfair component may be fair: strong fairness is asked only where the action is possible again and again', () => {
    // 0 <-> 1 <-> 2, and Leave is possible in 2 only: 0 <-> 1 for ever is fair.
    const line = system({
      state: { at: range(0, 3) },
      actions: {
        Right: { when: (s) => s.at < 2, then: (s) => void (s.at += 1) },
        Left: { when: (s) => s.at === 1 || s.at === 2, then: (s) => void (s.at -= 1), fair: weak() },
        Leave: { when: (s) => s.at === 2, then: (s) => void (s.at = 3), fair: strong() },
      },
      eventually: { Left: { reaches: (s) => s.at === 3 } },
    });
    const { holds, counterexample } = property(checkSystem(line), 'Left');
    expect(holds).toBe(false);
    expect(counterexample?.steps.slice(counterexample.backTo ?? 0).map(({ state }) => state['at'])).not.toContain(2);
  });

  test('when every part of the component passes the strongly fair action by, nothing is left', () => {
    const round = system({
      state: { at: range(0, 3) },
      actions: {
        Round: { when: (s) => s.at < 3, then: (s) => void (s.at = (s.at + 1) % 3), fair: weak() },
        Leave: { when: (s) => s.at === 2, then: (s) => void (s.at = 3), fair: strong() },
      },
      eventually: { Left: { reaches: (s) => s.at === 3 } },
    });
    expect(property(checkSystem(round), 'Left').holds).toBe(true);
  });

  test('one fairness for a group of actions asks for any of them', () => {
    const either = (group: boolean): System =>
      system({
        state: { at: choice('start', 'left', 'right') },
        actions: {
          Left: { when: (s) => s.at !== 'left', then: (s) => void (s.at = 'left'), fair: group ? weak('Go') : weak() },
          Right: { when: (s) => s.at !== 'right', then: (s) => void (s.at = 'right'), fair: group ? weak('Go') : weak() },
          Back: { when: (s) => s.at === 'left', then: (s) => void (s.at = 'start') },
        },
        leadsTo: { BothComeUp: { from: (s) => s.at === 'start', to: (s) => s.at === 'right' } },
      });
    // start -> left -> start ...: Right is possible all the time, but the group had its turn.
    expect(property(checkSystem(either(true)), 'BothComeUp').holds).toBe(false);
    expect(property(checkSystem(either(false)), 'BothComeUp').holds).toBe(true);
  });

  test('a promise is kept for every instance, and the one for which it is not is named', () => {
    const pair = ids(2);
    const unequal = system({
      state: { done: each(pair, flag) },
      actions: { Do: { for: [pair], when: (s, p) => !s.done[p] && p === 1, then: (s, p) => void (s.done[p] = true), fair: weak() } },
      eventually: { Done: { for: [pair], reaches: (s, p) => s.done[p] } },
    });
    expect(property(checkSystem(unequal), 'Done')).toMatchObject({ holds: false, instance: 'Done(2)' });
  });
});

describe('what a result says besides', () => {
  const counter = system({
    state: { n: range(0, 1_000_000) },
    actions: { Up: { when: (s) => s.n < 1_000_000, then: (s) => void (s.n += 1) }, Never: { when: (s) => s.n < 0, then: () => undefined } },
    always: { Small: (s) => s.n < 10, Any: () => true },
    deadlockFree: 'GoesOn',
    eventually: { Ends: { reaches: (s) => s.n === 1_000_000 } },
  });

  test('a budget that ends the search is told, and what was not found is not known', () => {
    const result = checkSystem(counter, { maxStates: 50_000 });
    expect(result.finished).toBe(false);
    expect(result.properties.map(({ name, holds, counterexampleLength }) => [name, holds, counterexampleLength])).toEqual([
      ['Small', false, 11],
      ['Any', null, null],
      ['GoesOn', null, null],
      ['Ends', null, null],
    ]);
    expect(result.neverTaken).toEqual([]);
  });

  test('actions that are never possible are told', () => {
    const few = { ...counter, state: { n: range(0, 1_000_000) }, init: (s: Record<string, unknown>) => void (s['n'] = 999_990) };
    expect(checkSystem(few).neverTaken).toEqual(['Never']);
  });

  test('a step that leaves a declared range is an error that names it', () => {
    const clients = ids(2);
    const leaving = system({
      state: { owner: maybe(clients), left: each(clients, range(0, 3)) },
      actions: { Tick: { for: [clients], then: (s, c) => void (s.left[c] += 2) } },
    });
    expect(() => checkSystem(leaving)).toThrow('Tick(1) makes left[1] 4, which is outside of its declared range');
  });

  test.each([NaN, 0.5, undefined, 'x', 2 ** 32])('%s is no number of a range', (value) => {
    const wrong = system({ state: { n: range(0, 9) }, actions: { Step: { then: (s) => void (s.n = value as number) } } });
    expect(() => checkSystem(wrong)).toThrow('outside of its declared range');
  });

  test('a name that is not in a choice, a flag that is neither true nor false', () => {
    const state = { at: choice('a', 'b'), is: flag };
    expect(() => checkSystem(system({ state, actions: { Step: { then: (s) => void (s.at = 'c' as 'a') } } }))).toThrow('Step makes at c');
    expect(() => checkSystem(system({ state, init: (s) => void (s.is = 1 as unknown as boolean), actions: {} }))).toThrow('init makes is 1');
  });
});
