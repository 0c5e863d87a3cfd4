import type { Node, TransactionStmt } from 'libpg-query';
import { commandResult, type PostgresResult } from './postgres-answer.js';
import type { PostgresSession } from './postgres-session.js';
import { SqlError, unsupported } from './sql-error.js';
import { Transaction } from './storage/transaction.js';

/** ISOLATION LEVEL, READ ONLY and READ WRITE, of BEGIN and of SET TRANSACTION. */
export function setModes(session: PostgresSession, options: readonly Node[]): void {
  for (const option of options) {
    const { defname, arg } = 'DefElem' in option ? option.DefElem : {};
    const value = arg !== undefined && 'A_Const' in arg ? arg.A_Const : {};
    if (defname === 'transaction_isolation') {
      const level = value.sval?.sval ?? '';
      if (level === 'serializable') throw unsupported('SERIALIZABLE');
      if (session.hasSnapshot) throw new SqlError('25001', 'SET TRANSACTION ISOLATION LEVEL must be called before any query');
      session.isSnapshotKept = level === 'repeatable read';
    } else if (defname === 'transaction_read_only') session.isReadOnly = value.ival?.ival === 1;
    else if (defname !== 'transaction_deferrable') throw unsupported(`the transaction mode ${defname ?? ''}`);
  }
}

function savepoint(session: PostgresSession, name: string): Transaction {
  for (let part = session.transaction; part !== undefined && part !== part.top; part = part.parent) if (part.savepoint === name) return part;
  throw new SqlError('3B001', `savepoint "${name}" does not exist`);
}

function onlyInBlock(session: PostgresSession, what: string): void {
  if (!session.isBlock) throw new SqlError('25P01', `${what} can only be used in transaction blocks`);
}

/** BEGIN, COMMIT, ROLLBACK and the savepoints. */
export function runTransactionStatement(session: PostgresSession, statement: TransactionStmt): PostgresResult {
  const name = statement.savepoint_name ?? '';
  const refuseWhenFailed = (): void => {
    if (session.hasFailed) throw new SqlError('25P02', 'current transaction is aborted, commands ignored until end of transaction block');
  };
  switch (statement.kind) {
    case 'TRANS_STMT_BEGIN':
    case 'TRANS_STMT_START':
      refuseWhenFailed();
      if (session.isBlock) session.host.warn('there is already a transaction in progress', '25001');
      session.begun();
      session.isBlock = true;
      setModes(session, statement.options ?? []);
      return commandResult(statement.kind === 'TRANS_STMT_BEGIN' ? 'BEGIN' : 'START TRANSACTION');
    case 'TRANS_STMT_COMMIT':
    case 'TRANS_STMT_ROLLBACK': {
      if (statement.chain === true) throw unsupported('AND CHAIN');
      if (!session.isBlock) session.host.warn('there is no transaction in progress', '25P01');
      const commits = statement.kind === 'TRANS_STMT_COMMIT' && !session.hasFailed;
      if (commits) session.commit();
      else session.rollback();
      return commandResult(commits ? 'COMMIT' : 'ROLLBACK');
    }
    case 'TRANS_STMT_SAVEPOINT':
      refuseWhenFailed();
      onlyInBlock(session, 'SAVEPOINT');
      session.transaction = new Transaction(session, session.engine.nextTransactionId(), session.begun(), name);
      return commandResult('SAVEPOINT');
    case 'TRANS_STMT_RELEASE': {
      refuseWhenFailed();
      onlyInBlock(session, 'RELEASE SAVEPOINT');
      const released = savepoint(session, name);
      let part = session.transaction;
      while (part !== undefined && part !== released.parent) {
        part.mergeIntoParent();
        part = part.parent;
      }
      session.transaction = released.parent;
      return commandResult('RELEASE');
    }
    case 'TRANS_STMT_ROLLBACK_TO':
      onlyInBlock(session, 'ROLLBACK TO SAVEPOINT');
      session.rollbackTo(savepoint(session, name));
      return commandResult('ROLLBACK');
    default:
      throw unsupported((statement.kind ?? '').replace('TRANS_STMT_', '').replaceAll('_', ' '));
  }
}
