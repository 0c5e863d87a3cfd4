import type { BackendEncoder } from './backend-encoder.js';
import { commandTag, givesRows } from './command-tag.js';
import type { ImplicitBlock } from './implicit-block.js';
import type { MessageReader } from './message-reader.js';
import { parameterValue } from './parameter-value.js';
import type { Portal, Prepared } from './portal.js';
import type { PostgresBackend } from './postgres-backend.js';
import { failure, PostgresFailure, violation } from './postgres-failure.js';
import type { Steps } from './steps.js';
import { leavesFailedTransaction } from './transaction-command.js';

const STATEMENT = 0x53;
const PORTAL = 0x50;

/** The prepared statements and portals of one session, and the messages that make and use them. */
export class ExtendedQuery {
  readonly #backend: PostgresBackend;
  readonly #out: BackendEncoder;
  readonly #block: ImplicitBlock;
  readonly #statements = new Map<string, Prepared>();
  readonly #portals = new Map<string, Portal>();

  constructor(backend: PostgresBackend, out: BackendEncoder, block: ImplicitBlock) {
    this.#backend = backend;
    this.#out = out;
    this.#block = block;
  }

  parse(message: MessageReader): void {
    const name = message.string();
    const text = message.string();
    const declared = Array.from({ length: message.uint16() }, () => message.uint32());
    message.end();
    if (name === '') this.#statements.delete(name);
    const prepared = this.#prepare(text, declared);
    if (this.#statements.has(name)) throw failure('42P05', `prepared statement "${name}" already exists`);
    this.#statements.set(name, prepared);
    this.#out.bare('1');
  }

  bind(message: MessageReader): void {
    const name = message.string();
    const statement = message.string();
    const prepared = this.#statement(statement);
    const formats = Array.from({ length: message.uint16() }, () => message.int16());
    const count = message.uint16();
    if (formats.length > 1 && formats.length !== count) {
      throw violation(`bind message has ${formats.length} parameter formats but ${count} parameters`);
    }
    const required = prepared.parameterOids.length;
    if (count !== required) {
      throw violation(`bind message supplies ${count} parameters, but prepared statement "${statement}" requires ${required}`);
    }
    this.#refuseInFailed(prepared.text);
    if (name !== '' && this.#portals.has(name)) throw failure('42P03', `cursor "${name}" already exists`);
    const params = prepared.parameterOids.map((oid, index) => {
      const length = message.int32();
      // One format is for all.
      const format = formats[formats.length === 1 ? 0 : index] ?? 0;
      return length === -1 ? null : parameterValue(message.bytes(length), format, oid, index, name);
    });
    const resultFormats = Array.from({ length: message.uint16() }, () => message.int16());
    message.end();
    refuseFormats(resultFormats, prepared);
    this.#portals.set(name, { prepared, params });
    this.#out.bare('2');
  }

  describe(message: MessageReader): void {
    const kind = message.byte();
    const name = message.string();
    message.end();
    if (kind !== STATEMENT && kind !== PORTAL) throw violation(`invalid DESCRIBE message subtype ${kind}`);
    const { fields, parameterOids } = kind === STATEMENT ? this.#statement(name) : this.#portal(name).prepared;
    if (fields !== null) this.#refuseInFailed(undefined);
    if (kind === STATEMENT) this.#out.parameterDescription(parameterOids);
    if (fields === null) this.#out.bare('n');
    else this.#out.rowDescription(fields);
  }

  /** `isLast`: Sync is next, and ends the transaction. */
  *execute(message: MessageReader, isLast: () => boolean): Steps {
    const name = message.string();
    const maxRows = message.int32();
    message.end();
    const portal = this.#portal(name);
    const { text } = portal.prepared;
    if (text === undefined) {
      this.#out.bare('I');
      return;
    }
    this.#refuseInFailed(text);
    if (portal.ran === undefined) {
      const result = yield* this.#block.run(text, portal.params, isLast());
      portal.ran = { result, sent: 0 };
      this.#forget(result.command);
      if (!givesRows(result)) {
        this.#out.commandComplete(commandTag(result));
        return;
      }
    } else if (!givesRows(portal.ran.result)) throw failure('55000', `portal "${name}" cannot be run`);
    this.#send(portal.ran, maxRows);
  }

  close(message: MessageReader): void {
    const kind = message.byte();
    const name = message.string();
    message.end();
    if (kind !== STATEMENT && kind !== PORTAL) throw violation(`invalid CLOSE message subtype ${kind}`);
    (kind === STATEMENT ? this.#statements : this.#portals).delete(name);
    this.#out.bare('3');
  }

  /** A simple Query takes away what has no name. */
  forgetUnnamed(): void {
    this.#statements.delete('');
    this.#portals.delete('');
  }

  /** Portals do not outlive their transaction. */
  transactionEnded(): void {
    this.#portals.clear();
  }

  #prepare(text: string, declared: readonly number[]): Prepared {
    const statements = this.#backend.split(text);
    if (statements.length > 1) throw failure('42601', 'cannot insert multiple commands into a prepared statement');
    if (statements.length === 0) return { text: undefined, parameterOids: declared, fields: null };
    this.#refuseInFailed(text);
    const description = this.#backend.describe(text, declared);
    if ('error' in description) throw new PostgresFailure(description.error);
    return { text, ...description };
  }

  #send(ran: NonNullable<Portal['ran']>, maxRows: number): void {
    const { result } = ran;
    const end = maxRows > 0 ? Math.min(result.rows.length, ran.sent + maxRows) : result.rows.length;
    const count = end - ran.sent;
    for (; ran.sent < end; ran.sent += 1) this.#out.dataRow(result.rows[ran.sent] ?? []);
    // As many as asked for: whether there are more is found out only by asking.
    if (maxRows > 0 && count === maxRows) this.#out.bare('s');
    else this.#out.commandComplete(commandTag({ command: result.command, rowCount: result.rowCount === null ? null : count }));
  }

  /** After COMMIT there are no portals, after DISCARD ALL no statements either. */
  #forget(command: string): void {
    if (/^(?:COMMIT|ROLLBACK|DISCARD ALL)$/.test(command) && this.#backend.transactionStatus() === 'I') this.transactionEnded();
    if (command === 'DISCARD ALL' || command === 'DEALLOCATE ALL') this.#statements.clear();
  }

  #statement(name: string): Prepared {
    const prepared = this.#statements.get(name);
    if (prepared !== undefined) return prepared;
    throw failure('26000', name === '' ? 'unnamed prepared statement does not exist' : `prepared statement "${name}" does not exist`);
  }

  #portal(name: string): Portal {
    const portal = this.#portals.get(name);
    if (portal === undefined) throw failure('34000', `portal "${name}" does not exist`);
    return portal;
  }

  #refuseInFailed(text: string | undefined): void {
    if (this.#backend.transactionStatus() !== 'E' || (text !== undefined && leavesFailedTransaction(text))) return;
    throw failure('25P02', 'current transaction is aborted, commands ignored until end of transaction block');
  }
}

function refuseFormats(formats: readonly number[], { fields }: Prepared): void {
  if (fields === null) return;
  const columns = fields.length;
  if (formats.length > 1 && formats.length !== columns) {
    throw violation(`bind message has ${formats.length} result formats but query has ${columns} columns`);
  }
  if (formats.some((format) => format !== 0)) throw failure('0A000', 'binary results are not simulated: ask for text');
}
