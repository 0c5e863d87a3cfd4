import type { Node, VariableSetStmt } from 'libpg-query';
import { lockTable } from './catalog/definer.js';
import { commandResult, type PostgresResult } from './postgres-answer.js';
import type { PostgresSession } from './postgres-session.js';
import { SqlError, unsupported } from './sql-error.js';
import type { LockMode } from './storage/heavy-locks.js';
import type { Steps } from './storage/wait.js';
import { TEXT } from './types/sql-type.js';

function set(session: PostgresSession, statement: VariableSetStmt): string {
  const { name = '', args = [], kind, is_local: isLocal = false } = statement;
  const transaction = session.begun();
  if (kind === 'VAR_RESET_ALL') session.settings.reset(transaction);
  else if (kind === 'VAR_SET_MULTI') {
    if (name !== 'TRANSACTION') {
      for (const arg of args) {
        const { defname = '', arg: given } = 'DefElem' in arg ? arg.DefElem : {};
        if (given === undefined || !('A_Const' in given)) throw unsupported('this SET SESSION CHARACTERISTICS');
        const value = given.A_Const.sval?.sval ?? (given.A_Const.ival?.ival === 1 ? 'on' : 'off');
        session.settings.set(`default_${defname}`, value, false, transaction);
      }
    } else session.modes.set(args, session.isInSavepoint);
  } else if (kind === 'VAR_RESET' || kind === 'VAR_SET_DEFAULT') session.settings.set(name, undefined, isLocal, transaction);
  else {
    const texts = args.map((arg) => {
      if (!('A_Const' in arg)) throw unsupported(`this value of ${name}`);
      const { sval, ival, fval, boolval } = arg.A_Const;
      if (boolval !== undefined) return boolval.boolval === true ? 'on' : 'off';
      return sval?.sval ?? fval?.fval ?? String(ival?.ival ?? 0);
    });
    if (session.modes.show(name) !== undefined) session.modes.setByName(name, texts.join(', '), session.isInSavepoint);
    else session.settings.set(name, texts.join(', '), isLocal, transaction);
  }
  return kind === 'VAR_RESET_ALL' || kind === 'VAR_RESET' ? 'RESET' : 'SET';
}

function* lockTables(session: PostgresSession, node: Extract<Node, { LockStmt: unknown }>): Steps<PostgresResult> {
  if (!session.isBlock) throw new SqlError('25P01', 'LOCK TABLE can only be used in transaction blocks');
  const x = session.execution([], false);
  const { relations = [], mode = 8, nowait } = node.LockStmt;
  for (const relation of relations) {
    const name = 'RangeVar' in relation ? (relation.RangeVar.relname ?? '') : '';
    const table = session.engine.catalog.table(name, x.transaction);
    if (nowait === true) {
      const isFree = session.engine.locks.tryAcquire(session, `relation ${table.oid}`, mode as LockMode, x.transaction);
      if (!isFree) throw new SqlError('55P03', `could not obtain lock on relation "${name}"`);
    } else yield* lockTable(x, table, mode as LockMode);
  }
  return commandResult('LOCK TABLE');
}

function* plain(run: () => PostgresResult): Steps<PostgresResult> {
  return run();
}

/** SET, SHOW, LISTEN, NOTIFY, LOCK TABLE, DISCARD; undefined for any other statement. */
export function runUtility(session: PostgresSession, node: Node): Steps<PostgresResult> | undefined {
  if ('VariableSetStmt' in node) return plain(() => commandResult(set(session, node.VariableSetStmt)));
  if ('VariableShowStmt' in node) {
    return plain(() => {
      const name = node.VariableShowStmt.name ?? '';
      const value = session.host.setting(name);
      if (value === undefined) throw new SqlError('42704', `unrecognized configuration parameter "${name}"`);
      return { command: 'SHOW', rowCount: null, fields: [{ name, typeOid: TEXT.oid }], rows: [[value]] };
    });
  }
  if ('ListenStmt' in node) {
    return plain(() => {
      const channel = node.ListenStmt.conditionname ?? '';
      session.begun().did({ commit: () => void session.channels.add(channel), abort: () => undefined });
      return commandResult('LISTEN');
    });
  }
  if ('UnlistenStmt' in node) {
    return plain(() => {
      const channel = node.UnlistenStmt.conditionname;
      const forget = (): void => void (channel === undefined ? session.channels.clear() : session.channels.delete(channel));
      session.begun().did({ commit: forget, abort: () => undefined });
      return commandResult('UNLISTEN');
    });
  }
  if ('NotifyStmt' in node) {
    return plain(() => {
      session.notify(node.NotifyStmt.conditionname ?? '', node.NotifyStmt.payload ?? '');
      return commandResult('NOTIFY');
    });
  }
  if ('LockStmt' in node) return lockTables(session, node);
  if ('DiscardStmt' in node) {
    return plain(() => {
      if (node.DiscardStmt.target !== 'DISCARD_ALL') throw unsupported('this DISCARD');
      if (session.isBlock) throw new SqlError('25001', 'DISCARD ALL cannot run inside a transaction block');
      session.settings.reset(session.begun());
      session.channels.clear();
      session.engine.locks.releaseAll(session);
      return commandResult('DISCARD ALL');
    });
  }
  return undefined;
}
