import { hasSqlDetails, type Node, parseSync } from 'libpg-query';
import { SqlError, unsupported } from './sql-error.js';

/** Enough for all statements of a campaign. */
const LARGEST_CACHE = 2000;

/** What a text says does not depend on the server that reads it: every run of a campaign asks the same. Trees are never written to. */
const known = new Map<string, readonly Node[]>();

/** The statements in a text, by PostgreSQL's own parser. Throws 42601 for what it cannot read. */
export function parseSql(text: string): readonly Node[] {
  const before = known.get(text);
  if (before !== undefined) return before;
  const nodes = parsed(text);
  if (known.size >= LARGEST_CACHE) known.clear();
  known.set(text, nodes);
  return nodes;
}

function parsed(text: string): Node[] {
  try {
    return (parseSync(text).stmts ?? []).map(({ stmt }) => {
      if (stmt === undefined) throw unsupported('an empty statement');
      return stmt;
    });
  } catch (error) {
    if (error instanceof SqlError || !hasSqlDetails(error)) throw error;
    throw new SqlError('42601', error.message, { position: (error.sqlDetails?.cursorPosition ?? 0) + 1 });
  }
}
