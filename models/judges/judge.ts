import { byKey } from '../by-key.js';
import type { History, OperationRecord } from '../history.js';
import { explain } from './explain.js';
import { DEFAULT_MEMORY_BYTES, linearize } from './linearize.js';
import { VALID, type ObjectVerdict, type SequentialModel } from './sequential-model.js';
import type { Verdict } from './verdict.js';

export interface JudgeOptions {
  /** How much memory the search for one object may take before it gives up. Default 256 MB. */
  readonly memoryBytes?: number;
  /** False to search even where the model knows a quicker way. */
  readonly shortcuts?: boolean;
}

/** A model that threw: a mistake in the model, or operations that it was not made for. */
export class ModelError extends Error {
  readonly code = 'HOLDFAST_MODEL';
  override readonly name = 'ModelError';
}

/** Judges a history by a model: object by object, whether some order of the operations explains every answer. */
export function judge<State>(history: History, model: SequentialModel<State>, options: JudgeOptions = {}): Verdict {
  const asked = history.records.filter((record): record is OperationRecord => record.type === 'operation' && model.operations.includes(record.operation));
  const about = { model: model.name, operations: asked.length, culprits: [] };
  const prepared = guarded(model, () => model.prepare?.(asked, history) ?? asked);
  const objects = byKey(prepared, model.objectOf?.bind(model) ?? ((record) => record.key));
  let undecided: string | null = null;
  for (const [object, operations] of objects) {
    const found = judgeObject(object, operations, model, history.params, options);
    if (found.verdict === 'invalid') return { ...about, verdict: 'invalid', reason: found.reason, culprits: found.operations };
    if (found.verdict === 'undecided') undecided ??= found.reason;
  }
  if (undecided !== null) return { ...about, verdict: 'undecided', reason: undecided };
  const many = objects.size === 1 ? '' : `, for each of ${objects.size} objects`;
  const reason =
    asked.length === 0
      ? `there is nothing to judge: no operation is one of ${model.operations.join(', ')}`
      : `one order of the operations explains every answer${many}`;
  return { ...about, verdict: 'valid', reason };
}

function judgeObject<State>(
  object: string,
  operations: readonly OperationRecord[],
  model: SequentialModel<State>,
  params: History['params'],
  { memoryBytes = DEFAULT_MEMORY_BYTES, shortcuts = true }: JudgeOptions,
): ObjectVerdict {
  return guarded(model, () => {
    const quick = shortcuts ? (model.shortcut?.(operations, params) ?? null) : null;
    if (quick !== null) return quick;
    const meant = model.mayRefuse === undefined ? operations.filter(({ status }) => status !== 'refused') : operations;
    const initial = model.init(params);
    const found = linearize(model, meant, initial, memoryBytes);
    if (found.kind === 'found') return VALID;
    if (found.kind === 'impossible') return explain(object, meant, model, initial, found);
    const megabytes = Math.round(memoryBytes / 1024 / 1024);
    return {
      verdict: 'undecided',
      reason: `gave up on ${object}, ${meant.length} operations, after ${found.configurations} configurations in ${megabytes} MB`,
    };
  });
}

/** What a model throws names the model. */
function guarded<Result>({ name }: { readonly name: string }, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    if (error instanceof ModelError) throw error;
    throw new ModelError(`the model ${name} threw ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`, { cause: error });
  }
}
