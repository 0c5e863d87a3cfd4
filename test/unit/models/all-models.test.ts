import { describe, expect, test } from 'vitest';
import { allModels } from '../../../models/all-models.js';
import { checkModel, checkSystem, type CheckResult } from '../../../models/checker/check-model.js';
import type { Model, Row } from '../../../models/checker/define-model.js';
import { mutated } from '../../../models/checker/mutated.js';
import { parseParams } from '../../../models/checker/parse-params.js';
import { mismatches } from '../../../sim/cli/run-model.js';
import { referenceCheck } from '../../support/reference-checker.js';

/** More states than a naive checker of objects should be asked for in a quick test. */
const FEW = 3_000;

/** Each row is asked about twice. */
const checked = new Map<Row, CheckResult>();
function check(model: Model, row: Row): CheckResult {
  const result = checked.get(row) ?? checkModel(model, parseParams(model, row.params));
  checked.set(row, result);
  return result;
}

const named = (result: CheckResult, name: string) => result.properties.find((property) => property.name === name);

describe.each(allModels.map((model) => [model.name, model] as const))('%s', (_, model) => {
  test.each(model.rows.map((row) => [JSON.stringify(row.params), row] as const))('%s is as documented', (__, row) => {
    const result = check(model, row);
    expect(mismatches(result, row)).toEqual([]);
    const known = result.properties.map(({ name }) => name);
    expect([...(row.holds ?? []), ...Object.keys(row.violated ?? {})].filter((name) => !known.includes(name))).toEqual([]);
    if (result.distinctStates > FEW) return;
    const reference = referenceCheck(model.system(parseParams(model, row.params)), { liveness: false });
    expect(result).toMatchObject({ distinctStates: reference.distinct, generatedStates: reference.generated, depth: reference.depth });
    expect(Object.fromEntries(result.properties.flatMap((one) => (one.kind === 'invariant' ? [[one.name, one.counterexampleLength]] : [])))).toEqual(
      reference.broken,
    );
  });

  const system = model.system(parseParams(model, {}));

  test.each(Object.entries(system.mutants ?? {}).map(([mutant, { breaks }]) => [mutant, breaks]))('the mutant "%s" breaks %s', (mutant, breaks) => {
    expect(named(checkSystem(system), breaks)?.holds).toBe(true);
    expect(named(checkSystem(mutated(system, mutant)), breaks)?.holds).toBe(false);
  });

  test('every property is broken by a documented row or by a mutant', () => {
    const broken = new Set([
      ...model.rows.flatMap(({ violated = {} }) => Object.keys(violated)),
      ...Object.values(system.mutants ?? {}).map(({ breaks }) => breaks),
    ]);
    expect(
      checkSystem(system)
        .properties.map(({ name }) => name)
        .filter((name) => !broken.has(name)),
    ).toEqual([]);
  });

  test('every action is possible in a documented row', () => {
    const results = model.rows.map((row) => check(model, row));
    expect(Object.keys(system.actions).filter((action) => results.every(({ neverTaken }) => neverTaken.includes(action)))).toEqual([]);
  });
});
