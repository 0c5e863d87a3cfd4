import { type Frame, newFrame } from '../execute/execution.js';
import type { Steps } from '../storage/wait.js';
import type { SqlRow } from '../types/sql-value.js';
import type { Expression } from './expression.js';
import type { WriteQuery } from './scope.js';
import { fieldsOf, project } from './targets.js';
import type { WithQueries } from './with.js';

export interface WriteQueryParts {
  readonly command: WriteQuery['command'];
  readonly withQueries: WithQueries | undefined;
  /** What RETURNING asks of each row; empty without it. */
  readonly returning: readonly Expression[];
  /** Does the writing, and calls `wrote` with the frame of each row that it wrote. */
  readonly write: (base: Frame, wrote: (frame: Frame) => Steps<void>) => Steps<void>;
}

/** INSERT, UPDATE or DELETE: counts what it writes, returns what is asked of it, and ends with what only its WITH has to do. */
export function writeQuery({ command, withQueries, returning, write }: WriteQueryParts): WriteQuery {
  return {
    command,
    fields: fieldsOf(returning),
    *run(outer) {
      const base = newFrame(outer.x, outer);
      withQueries?.begin(base.x);
      const rows: SqlRow[] = [];
      let count = 0;
      yield* write(base, function* (frame) {
        count += 1;
        if (returning.length > 0) rows.push(yield* project(returning, frame));
      });
      if (withQueries !== undefined) yield* withQueries.finish(base);
      return { count, rows };
    },
  };
}
