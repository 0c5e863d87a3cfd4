/** `holdfast/models`: writing formal models, and checking them. */
export { allModels, coreModels, furtherModels } from './all-models.js';
export { checkModel, checkSystem, MOST_STATES, type CheckOptions, type CheckResult, type PropertyResult } from './checker/check-model.js';
export type { Counterexample, Step } from './checker/counterexample.js';
export {
  atMostOne,
  count,
  defineFormalModel,
  strong,
  system,
  weak,
  type Action,
  type Eventually,
  type Fairness,
  type LeadsTo,
  type Model,
  type Mutant,
  type ParamValues,
  type Row,
  type System,
  type SystemDefinition,
} from './checker/define-model.js';
export { ModelError } from './checker/model-error.js';
export { mutated } from './checker/mutated.js';
export { parseParams } from './checker/parse-params.js';
export { choice, each, flag, ids, maybe, range, type Id, type Ids, type StateOf } from './checker/shape.js';
export { walk, walker, type Walk, type WalkOptions } from './checker/walk.js';
export type { History, OperationRecord } from './history.js';
export { conformance } from './judges/conformance/conformance.js';
export type { ConformanceModel } from './judges/conformance/conformance-model.js';
export { judge, type JudgeOptions } from './judges/judge.js';
export { readHistory } from './judges/read-history.js';
export { defineModel, type SequentialModel } from './judges/sequential-model.js';
export { judgeTransactions } from './judges/transactions/judge-transactions.js';
export type { Verdict } from './judges/verdict.js';
