import { expect, test } from 'vitest';
import type { Action, AnyState } from '../../../../../models/checker/define-model.js';
import { parseParams } from '../../../../../models/checker/parse-params.js';
import { fencedLeaseLock } from '../../../../../models/fenced-lease-lock.js';
import { conformance } from '../../../../../models/judges/conformance/conformance.js';
import { fencedLeaseProtocol } from '../../../../../models/judges/conformance/fenced-lease-protocol.js';
import { match } from '../../../../../models/judges/conformance/match.js';
import { visibleEvents } from '../../../../../models/judges/conformance/visible-event.js';
import { bruteForceMatch } from '../../../../support/brute-force-match.js';
import { historyOfRun, runsOf } from '../../../../support/lease-lock-runs.js';
import { oneChange } from '../../../../support/one-change.js';

const TTL = 2;
const system = fencedLeaseLock.system(parseParams(fencedLeaseLock, { C: 2, TTL, K: 3, FENCED: true }));

test('every run of the model fenced-lease-lock, up to 9 steps, is one of the protocol', () => {
  let runs = 0;
  for (const run of runsOf(system, 9)) {
    const { verdict, reason } = conformance(historyOfRun(run, TTL), fencedLeaseProtocol);
    if (verdict !== 'valid') expect.fail(`${run.map(({ action }) => action).join(' ')}: ${reason}`);
    runs += 1;
  }
  expect(runs).toBeGreaterThan(5_000);
});

test('of a model that grants whoever asks, exactly the runs with a grant beside a holder are none', () => {
  const Acquire: Action<AnyState> = { ...(system.actions['Acquire'] as Action<AnyState>), when: (s, c) => wantsIt(s as unknown as State, c) };
  const generous = { ...system, actions: { ...system.actions, Acquire } };
  const seen = { valid: 0, invalid: 0 };
  for (const run of runsOf(generous, 7)) {
    const isBroken = run.some(({ action, before }) => action.startsWith('Acquire') && before.owner !== 0);
    const { verdict, failed } = conformance(historyOfRun(run, TTL), fencedLeaseProtocol);
    if (verdict !== (isBroken ? 'invalid' : 'valid')) expect.fail(`${verdict}: ${run.map(({ action }) => action).join(' ')}`);
    if (isBroken) expect(failed.map(({ guard }) => guard)).toContain('nobody holds the lock');
    seen[isBroken ? 'invalid' : 'valid'] += 1;
  }
  expect(Math.min(seen.valid, seen.invalid)).toBeGreaterThan(500);
});

test('with one thing changed in a run, the longest prefix is the one that trying everything finds', () => {
  const seen = { valid: 0, invalid: 0 };
  let nth = 0;
  for (const run of runsOf(system, 8)) {
    nth += 1;
    const history = oneChange(historyOfRun(run, TTL), nth);
    for (const events of visibleEvents(history).values()) {
      const { kind, matched, of } = match(fencedLeaseProtocol, events, {});
      expect(matched).toBe(bruteForceMatch(fencedLeaseProtocol, events, {}));
      expect(kind).toBe(matched === of ? 'matched' : 'stuck');
      seen[matched === of ? 'valid' : 'invalid'] += 1;
    }
  }
  expect(Math.min(seen.valid, seen.invalid)).toBeGreaterThan(200);
});

interface State {
  readonly pc: Readonly<Record<number, string>>;
  readonly next: number;
}

const wantsIt = (s: State, client: number): boolean => s.pc[client] === 'idle' && s.next < 3;
