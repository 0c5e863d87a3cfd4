import fc, { type Arbitrary } from 'fast-check';
import type { RandomScript, RandomStep } from './replay.js';
import { BEGIN, STATEMENT_KINDS, type StatementKind } from './statement-kinds.js';

const LEAST = 5;
const MOST = 30;

function stepOf(session: Arbitrary<number>, { kind, sql }: StatementKind): Arbitrary<RandomStep> {
  return fc.record({ session, kind: fc.constant(kind), sql });
}

/** Scripts of 2 to 4 sessions and 5 to 30 statements. Sessions mostly begin with a transaction, or little would ever meet. */
export const scriptArbitrary: Arbitrary<RandomScript> = fc.integer({ min: 2, max: 4 }).chain((sessions) => {
  const session = fc.nat({ max: sessions - 1 });
  const first = Array.from({ length: sessions }, (_, at) => fc.option(stepOf(fc.constant(at), BEGIN), { freq: 4 }));
  const rest = fc.array(fc.oneof(...STATEMENT_KINDS.map((each) => ({ weight: each.weight, arbitrary: stepOf(session, each) }))), {
    minLength: LEAST,
    maxLength: MOST - sessions,
    size: 'max',
  });
  return fc.tuple(fc.tuple(...first), rest).map(([begins, steps]) => ({ sessions, steps: [...begins.filter((begin) => begin !== null), ...steps] }));
});
