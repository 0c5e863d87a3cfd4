import type { OperationRecord } from '../history.js';
import { returnOf } from '../operations.js';
import type { Linearization, Step } from './linearize.js';
import { about, operationWords } from './operation-words.js';
import type { ObjectVerdict, SequentialModel } from './sequential-model.js';

const MOST_SHOWN = 3;

/** Says why no order of the operations on an object explains their answers: the shortest history that shows it, where it ends, and what would have done. */
export function explain<State>(
  object: string,
  operations: readonly OperationRecord[],
  model: SequentialModel<State>,
  initial: State,
  { stuck, last, state }: Extract<Linearization, { kind: 'impossible' }>,
): ObjectVerdict {
  const order = orderUpTo(last);
  const end = returnOf(stuck);
  const prefix = operations.filter(({ invoke }) => invoke <= end);
  const inOrder = new Set(order.map(({ id }) => id));
  const open = prefix.filter((record) => record !== stuck && !inOrder.has(record.id));
  const reached = state as State;
  const where =
    order.length === 0
      ? `At first ${model.describe(initial)}`
      : `The longest order that fits has ${count(order.length)} and ends with ${operationWords(order.at(-1) as OperationRecord)}; then ${model.describe(reached)}`;
  const wanted = model.expected === undefined ? '' : `, so ${model.expected(reached, stuck)}`;
  const left = open.length === 0 ? '' : ` Not in that order: ${shown(open)}.`;
  return {
    verdict: 'invalid',
    reason: `${about(object)}no order of the first ${count(prefix.length)} explains ${operationWords(stuck)}. ${where}${wanted}.${left}`,
    operations: [...order.slice(-MOST_SHOWN), ...open.slice(0, MOST_SHOWN), stuck],
  };
}

function orderUpTo(last: Step | null): OperationRecord[] {
  const order: OperationRecord[] = [];
  for (let step = last; step !== null; step = step.before) order.push(step.record);
  return order.reverse();
}

function shown(records: readonly OperationRecord[]): string {
  const words = records.slice(0, MOST_SHOWN).map(operationWords).join(', ');
  return records.length > MOST_SHOWN ? `${words} and ${records.length - MOST_SHOWN} more` : words;
}

const count = (operations: number): string => (operations === 1 ? '1 operation' : `${operations} operations`);
