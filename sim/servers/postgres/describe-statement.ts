import { type PostgresProblem, type PostgresResult, problemOf } from './postgres-answer.js';
import type { PostgresSession } from './postgres-session.js';
import { NO_BLOCK, SqlError } from './sql-error.js';
import { Transaction } from './storage/transaction.js';
import { TEXT, typeWithOid } from './types/sql-type.js';

export type StatementDescription =
  { readonly parameterOids: readonly number[]; readonly fields: PostgresResult['fields'] | null } | { readonly error: PostgresProblem };

/** The types of a statement's parameters and columns, before it runs. */
export function describeStatement(session: PostgresSession, text: string, declaredOids: readonly number[]): StatementDescription {
  const isAlone = session.transaction === undefined;
  const { statements } = session.engine;
  try {
    const node = statements.parse(text);
    if (session.hasFailed && !(node !== undefined && 'TransactionStmt' in node)) throw new SqlError('25P02', NO_BLOCK);
    const declared = declaredOids.map((oid) => (oid === 0 ? undefined : typeWithOid(oid)));
    const compiled = statements.compile(text, session.transaction ?? new Transaction(session, 0), declared);
    if (compiled === undefined) return { parameterOids: [], fields: null };
    const parameterOids = compiled.parameterTypes.map((type) => (type ?? TEXT).oid);
    return { parameterOids, fields: compiled.givesRows ? compiled.fields.map(({ name, type }) => ({ name, typeOid: type.oid })) : null };
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    if (!isAlone) session.fail();
    return { error: problemOf(error) };
  }
}
