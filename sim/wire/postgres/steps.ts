import type { PostgresAnswer, PostgresResult } from './postgres-backend.js';
import { PostgresFailure } from './postgres-failure.js';

/** A statement for the backend. */
export interface Statement {
  readonly text: string;
  readonly params: readonly (string | null)[];
}

/** What is to be done for a message: it yields each statement that the backend shall run, and goes on with its answer, maybe much later. */
export type Steps<Value = void> = Generator<Statement, Value, PostgresAnswer>;

/** Has the backend run a statement. Throws a `PostgresFailure`. */
export function* run(text: string, params: readonly (string | null)[] = []): Steps<PostgresResult> {
  const answer = yield { text, params };
  if ('error' in answer) throw new PostgresFailure(answer.error);
  return answer;
}
