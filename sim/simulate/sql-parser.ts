import { loadModule, type Node, parseSync } from 'libpg-query';

let warm: Promise<void> | null = null;

/** PostgreSQL's own parser, loaded once for this thread: from then on it answers at once. */
export const warmSqlParser = (): Promise<void> => (warm ??= loadModule());

export interface SqlStatement {
  readonly text: string;
  /** Null: PostgreSQL's parser cannot read it. */
  readonly node: Node | null;
}

/** The statements of a text, to be called after `warmSqlParser`. A text that cannot be read is one statement. */
export function sqlStatements(text: string): readonly SqlStatement[] {
  const bytes = Buffer.from(text);
  try {
    return (parseSync(text).stmts ?? []).map(({ stmt, stmt_location: from = 0, stmt_len: length = 0 }) => ({
      text: bytes.toString('utf8', from, length === 0 ? bytes.length : from + length).trim(),
      node: stmt ?? null,
    }));
  } catch {
    return [{ text: text.trim(), node: null }];
  }
}
