import type { Node } from 'libpg-query';
import type { SessionSettings } from './session-settings.js';
import { SqlError, unsupported } from './sql-error.js';
import { BOOL } from './types/sql-type.js';

const LEVELS: ReadonlySet<string> = new Set(['read uncommitted', 'read committed', 'repeatable read', 'serializable']);

/** How a transaction looks at the data: isolation level, READ ONLY, DEFERRABLE. */
export class TransactionModes {
  isolation: string;
  isReadOnly: boolean;
  isDeferrable: boolean;
  /** A statement has looked at the data: too late for another isolation level. */
  hasQueried = false;

  constructor(settings: SessionSettings) {
    this.isolation = settings.get('default_transaction_isolation') ?? 'read committed';
    this.isReadOnly = settings.get('default_transaction_read_only') === 'on';
    this.isDeferrable = settings.get('default_transaction_deferrable') === 'on';
  }

  /** One snapshot for the whole transaction. */
  get isSnapshotKept(): boolean {
    return this.isolation === 'repeatable read' || this.isSerializable;
  }

  get isSerializable(): boolean {
    return this.isolation === 'serializable';
  }

  /** The modes of BEGIN and of SET TRANSACTION. */
  set(options: readonly Node[], isInSavepoint: boolean): void {
    for (const option of options) {
      const { defname, arg } = 'DefElem' in option ? option.DefElem : {};
      const value = arg !== undefined && 'A_Const' in arg ? arg.A_Const : {};
      const isOn = value.ival?.ival === 1;
      if (defname === 'transaction_isolation') this.#setIsolation(value.sval?.sval ?? '', isInSavepoint);
      else if (defname === 'transaction_read_only') this.#setReadOnly(isOn, isInSavepoint);
      else if (defname === 'transaction_deferrable') this.#setDeferrable(isOn, isInSavepoint);
      else throw unsupported(`the transaction mode ${defname ?? ''}`);
    }
  }

  /** SET transaction_isolation and its kin. */
  setByName(name: string, value: string, isInSavepoint: boolean): void {
    if (name === 'transaction_isolation') this.#setIsolation(value.toLowerCase(), isInSavepoint);
    else if (name === 'transaction_read_only') this.#setReadOnly(BOOL.parse(value) === true, isInSavepoint);
    else this.#setDeferrable(BOOL.parse(value) === true, isInSavepoint);
  }

  /** As SHOW tells it; undefined when it is no mode of a transaction. */
  show(name: string): string | undefined {
    if (name === 'transaction_isolation') return this.isolation;
    if (name === 'transaction_read_only') return this.isReadOnly ? 'on' : 'off';
    return name === 'transaction_deferrable' ? (this.isDeferrable ? 'on' : 'off') : undefined;
  }

  /** `what` names the statement. */
  refuseWhenReadOnly(what: string): void {
    if (this.isReadOnly) throw new SqlError('25006', `cannot execute ${what} in a read-only transaction`);
  }

  #setIsolation(level: string, isInSavepoint: boolean): void {
    if (!LEVELS.has(level)) throw new SqlError('22023', `invalid value for parameter "transaction_isolation": "${level}"`);
    if (level === this.isolation) return;
    if (this.hasQueried) throw new SqlError('25001', 'SET TRANSACTION ISOLATION LEVEL must be called before any query');
    if (isInSavepoint) throw new SqlError('25001', 'SET TRANSACTION ISOLATION LEVEL must not be called in a subtransaction');
    this.isolation = level;
  }

  #setReadOnly(isOn: boolean, isInSavepoint: boolean): void {
    if (!isOn && this.isReadOnly && isInSavepoint) throw new SqlError('25001', 'cannot set transaction read-write mode inside a read-only transaction');
    if (!isOn && this.isReadOnly && this.hasQueried) throw new SqlError('25001', 'transaction read-write mode must be set before any query');
    this.isReadOnly = isOn;
  }

  #setDeferrable(isOn: boolean, isInSavepoint: boolean): void {
    if (isInSavepoint) throw new SqlError('25001', 'SET TRANSACTION [NOT] DEFERRABLE cannot be called within a subtransaction');
    if (this.hasQueried) throw new SqlError('25001', 'SET TRANSACTION [NOT] DEFERRABLE must be called before any query');
    this.isDeferrable = isOn;
  }
}
