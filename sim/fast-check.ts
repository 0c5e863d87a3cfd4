/** `holdfast/fast-check`: scenarios and fault plans as arbitraries, for properties of one's own. */
import type { Arbitrary } from 'fast-check';
import type { Episode } from './nemesis/fault.js';
import type { Scenario } from './scenario.js';
import { type FaultPlanConstraints, faultPlanArbitrary as faultPlansBy } from './testing/fault-plan-arbitrary.js';
import { scenarioArbitrary as scenariosBy, type ScenarioParts } from './testing/scenarios.js';

export { runScenario } from './testing/scenarios.js';
export type { ScenarioParts } from './testing/scenarios.js';
export type { FaultPlanConstraints } from './testing/fault-plan-arbitrary.js';
export type { FaultKind } from '../src/locks/envelope.js';
export type { Episode } from './nemesis/fault.js';
export type { Scenario } from './scenario.js';
export type { RunResult } from './run-scenario.js';

const fc = await import('fast-check');

/**
 * Fault plans, for the option `plan` of `simulate`. They shrink as a reader wants them: episodes go, then those that stay get
 * shorter, weaker and sooner.
 *
 * ```ts
 * await fc.assert(
 *   fc.asyncProperty(faultPlanArbitrary({ processes: ['shop'], servers: ['redis'] }), async (plan) => {
 *     await simulate(body, { plan, seeds: 1 });
 *   }),
 * );
 * ```
 *
 * Throws a `UserInputError` when a kind that is asked for could hit nothing here.
 */
export const faultPlanArbitrary = (constraints: FaultPlanConstraints): Arbitrary<readonly Episode[]> => faultPlansBy(fc, constraints);

/** Whole scenarios of a workload over a lock, for `runScenario`. They shrink to fewer faults, clients and operations, then to smaller numbers. */
export const scenarioArbitrary = (parts: ScenarioParts): Arbitrary<Scenario> => scenariosBy(fc, parts);
