import type { BackendEncoder } from './backend-encoder.js';
import { commandTag, givesRows } from './command-tag.js';
import type { ImplicitBlock } from './implicit-block.js';
import type { PostgresBackend, PostgresResult } from './postgres-backend.js';
import { PostgresFailure } from './postgres-failure.js';
import type { Steps } from './steps.js';

/** Runs the statements of a Query, all in one transaction as far as they do not end it themselves, and answers them. */
export function* simpleQuery(text: string, backend: PostgresBackend, block: ImplicitBlock, out: BackendEncoder): Steps {
  const statements = backend.split(text);
  let last: PostgresResult | undefined;
  let position = 0;
  for (const statement of statements) {
    if (last !== undefined) out.commandComplete(commandTag(last));
    position = Math.max(0, text.indexOf(statement, position));
    try {
      last = yield* block.run(statement, [], statements.length === 1);
    } catch (error) {
      throw error instanceof PostgresFailure ? movedBy(lengthOf(text.slice(0, position)), error) : error;
    }
    position += statement.length;
    if (!givesRows(last)) continue;
    out.rowDescription(last.fields);
    for (const row of last.rows) out.dataRow(row);
  }
  // What COMMIT refuses is told instead of the last command's completion.
  yield* block.commit();
  if (last === undefined) out.bare('I');
  else out.commandComplete(commandTag(last));
}

/** In characters, as PostgreSQL counts. */
const lengthOf = (text: string): number => [...text].length;

function movedBy(offset: number, error: PostgresFailure): PostgresFailure {
  const { position } = error.problem;
  return position === undefined || offset === 0 ? error : new PostgresFailure({ ...error.problem, position: position + offset });
}
