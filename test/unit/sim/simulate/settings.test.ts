import { describe, expect, test } from 'vitest';
import type { SimulateOptions } from '../../../../sim/simulate/options.js';
import { settingsOf, usualFaults } from '../../../../sim/simulate/settings.js';

describe('options', () => {
  test('have defaults', () => {
    expect(settingsOf({})).toMatchObject({ seed: 1, seeds: 100, timeMs: 5_000, patienceMs: 60_000, events: 400_000, lateness: true, plan: null, replay: null });
    expect(settingsOf({}).faults).toEqual(usualFaults);
    expect(settingsOf({ faults: 'none' }).faults).toEqual([]);
    expect(settingsOf({ faults: ['pause', 'pause', 'crash'] }).faults).toEqual(['pause', 'crash']);
    expect(settingsOf({ plan: [] }).faults).toEqual([]);
  });

  const wrong: readonly (readonly [options: unknown, line: RegExp])[] = [
    [null, /^the options of simulate are an object, got null$/],
    [{ sed: 1 }, /^simulate has no option "sed"; it has name, seed, /],
    [{ seeds: 0 }, /^seeds must be a whole number from 1 to 1000000000, got 0$/],
    [{ seed: 1.5 }, /^seed must be a whole number from 0 to \d+, got 1\.5$/],
    [{ timeMs: '5' }, /^timeMs must be a whole number from 0 to 604800000, got "5"$/],
    [{ lateness: 1 }, /^lateness must be true or false, got 1$/],
    [{ name: 3 }, /^name must be a text, got 3$/],
    [{ replay: 7n }, /^replay must be a token, got 7n$/],
    [{ faults: 'all' }, /^faults must be 'usual', 'none' or a list of delay, /],
    [{ faults: ['paus'] }, /^there is no fault "paus"; there is delay, /],
    [{ plan: [{ kind: 'pause' }] }, /^plan must be a list of \{ kind, atMs, forMs, target, strength \}: 0\.atMs: /],
  ];
  for (const [options, line] of wrong) {
    test(`are refused with one line: ${String(line)}`, () => {
      expect(() => settingsOf(options as SimulateOptions)).toThrow(line);
    });
  }
});
