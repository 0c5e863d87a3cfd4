import type { History, OperationRecord } from '../../history.js';
import { inMilliseconds } from '../../history-fields.js';
import { about, operationWords } from '../operation-words.js';
import type { Verdict } from '../verdict.js';
import type { ConformanceModel } from './conformance-model.js';
import { DEFAULT_MOST_STATES, match, type FalseGuard, type Match } from './match.js';
import { visibleEvents, type VisibleEvent } from './visible-event.js';

/** How far a run follows a protocol. */
export interface Conformance extends Verdict {
  /** How many visible events of the judged prefix match: of the key that does not, when one does not, else of all. */
  readonly matched: number;
  /** How many there are. */
  readonly of: number;
  /** What was false where it did not go on; first of the event's own step. */
  readonly failed: readonly FalseGuard[];
}

export interface ConformanceOptions {
  /** How many states of one key may be possible at once before the judge gives up. */
  readonly mostStates?: number;
}

/** So many false guards are told in a message. */
const MOST_TOLD = 4;

/** Judges a run by a protocol, key by key: whether it can be told, step by step, as something that the protocol does. */
export function conformance<State>(
  history: History,
  model: ConformanceModel<State>,
  { mostStates = DEFAULT_MOST_STATES }: ConformanceOptions = {},
): Conformance {
  let matched = 0;
  let of = 0;
  let operations = 0;
  let undecided: string | null = null;
  for (const [key, events] of visibleEvents(history)) {
    const found = match(model, events, history.params, mostStates);
    matched += found.matched;
    of += found.of;
    operations += events.filter(({ kind }) => kind === 'request').length;
    if (found.kind === 'stuck') return stuck(model, key, found, operations);
    if (found.kind === 'exhausted') {
      undecided ??= `${about(key)}gave up after ${found.matched} of ${found.of} events: more than ${mostStates} states of ${model.name} are possible`;
    }
  }
  const judged = { model: model.name, operations, culprits: [], matched, of, failed: [] };
  if (undecided !== null) return { ...judged, verdict: 'undecided', reason: undecided };
  return {
    ...judged,
    verdict: 'valid',
    reason: of === 0 ? 'there is nothing to judge: no event is a step of the protocol' : `all ${of} events are steps of ${model.name}`,
  };
}

function stuck({ name }: { readonly name: string }, key: string, { matched, of, event, failed }: Match & { kind: 'stuck' }, operations: number): Conformance {
  const told = failed.slice(0, MOST_TOLD).map(falseWords).join('; ');
  const subjects = new Set<OperationRecord>(failed.slice(0, MOST_TOLD).flatMap(({ subject }) => subject ?? []));
  if (event.kind !== 'occurrence') {
    subjects.delete(event.record);
    subjects.add(event.record);
  }
  return {
    model: name,
    verdict: 'invalid',
    operations,
    matched,
    of,
    failed,
    reason: `${about(key)}the first ${matched} of ${of} events are steps of ${name}; then comes ${eventWords(event)}, and none of its steps leads there. ${told}.`,
    culprits: [...subjects],
  };
}

function falseWords({ step, guard, subject }: FalseGuard): string {
  const which = subject === null ? '' : ` (${subject.process}'s ${subject.operation}, operation ${subject.id})`;
  return `${step}${which}: it is false that ${guard}`;
}

function eventWords(event: VisibleEvent): string {
  const at = inMilliseconds(event.at);
  return event.kind === 'occurrence'
    ? `"${event.record.occurrence}" of ${event.record.process} at ${at}`
    : `at ${at} the ${event.kind} of ${operationWords(event.record)}`;
}
