import type { TransactionStmt } from 'libpg-query';
import { commandResult, type PostgresResult } from './postgres-answer.js';
import type { PostgresSession } from './postgres-session.js';
import { NO_BLOCK, SqlError, unsupported } from './sql-error.js';
import { Transaction } from './storage/transaction.js';

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
    if (session.hasFailed) throw new SqlError('25P02', NO_BLOCK);
  };
  switch (statement.kind) {
    case 'TRANS_STMT_BEGIN':
    case 'TRANS_STMT_START':
      refuseWhenFailed();
      if (session.isBlock) session.host.warn('there is already a transaction in progress', '25001');
      session.begun();
      session.isBlock = true;
      session.modes.set(statement.options ?? [], session.isInSavepoint);
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
