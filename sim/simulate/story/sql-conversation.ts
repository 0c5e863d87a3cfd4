import { sqlStatements } from '../sql-parser.js';
import { FrontendDecoder } from '../../wire/postgres/frontend-decoder.js';
import { MessageReader } from '../../wire/postgres/message-reader.js';
import type { Access, Conversation, Said } from './access.js';
import { type SqlReply, sqlInWords, sqlReplyInWords } from './sql-words.js';
import { cut, oneLine } from './words.js';

/** A statement that arrived at a PostgreSQL server. It was carried out then, or later if it had to wait. */
export interface SqlAccess extends Access {
  readonly sql: string;
  readonly params: readonly (string | null)[];
  /** What the server answered; undefined when it has not, or not said so. */
  reply: SqlReply | undefined;
  /** A later statement of the same message failed, and took it back. */
  isUndone: boolean;
}

interface Prepared {
  readonly sql: string;
  /** The names of its columns, as far as they were told. */
  fields: readonly string[];
}

/** What the server still has to answer, in order. */
type Pending =
  | { readonly kind: 'describe'; readonly prepared: Prepared }
  | { readonly kind: 'statement'; readonly access: SqlAccess; readonly prepared: Prepared; rows: (readonly (string | null)[])[] }
  /** Up to here the server leaves out what follows an error. */
  | { readonly kind: 'sync' };

const PROTOCOL_3 = 0x0003_0000;
const CANCEL = 80_877_102;
/** Requests for encryption, answered by one letter. */
const NEGOTIATIONS: ReadonlySet<number> = new Set([80_877_103, 80_877_104]);

/** Whether a connection that begins so is one to PostgreSQL. */
export function looksLikePostgres(first: Uint8Array): boolean {
  if (first.byteLength < 8) return false;
  const code = new DataView(first.buffer, first.byteOffset, 8).getUint32(4);
  return code === PROTOCOL_3 || code === CANCEL || NEGOTIATIONS.has(code);
}

export interface SqlLine {
  readonly opener: string;
  readonly server: string;
  readonly connection: number;
  /** Hears of each statement as the server answers it. */
  readonly answered: (statement: SqlAccess) => void;
}

/** Statements and answers of one connection to PostgreSQL. What sets up a connection is of no interest to anybody. */
export class SqlConversation implements Conversation {
  private readonly fromClient = new FrontendDecoder();
  private readonly fromServer = new FrontendDecoder();
  private readonly statements = new Map<string, Prepared>();
  private readonly portals = new Map<string, { readonly prepared: Prepared; readonly params: readonly (string | null)[] }>();
  private pending: Pending[] = [];
  private statementsOfQuery: SqlAccess[] = [];
  /** What each chunk of the server says, those first that have not arrived. */
  private readonly underWay: (readonly Said[])[] = [];
  private hasStarted = false;
  private isReady = false;
  private negotiations = 0;

  constructor(private readonly line: SqlLine) {}

  hear(bytes: Uint8Array, isReply: boolean, time: number): readonly Said[] {
    return isReply ? (this.underWay.shift() ?? this.answers(bytes)) : this.asked(bytes, time);
  }

  sent(bytes: Uint8Array): void {
    this.underWay.push(this.answers(bytes));
  }

  private asked(bytes: Uint8Array, time: number): Said[] {
    const said: Said[] = [];
    this.fromClient.feed(bytes);
    while (!this.hasStarted) {
      const packet = this.fromClient.startup();
      if (packet === undefined) return said;
      const code = packet.readUInt32BE(0);
      if (code === CANCEL) said.push({ text: 'cancels what another connection does', access: null });
      this.hasStarted = code === PROTOCOL_3;
      if (NEGOTIATIONS.has(code)) this.negotiations += 1;
    }
    for (let frame = this.fromClient.next(anyLength); frame !== undefined; frame = this.fromClient.next(anyLength)) {
      said.push(...this.request(frame.type, new MessageReader(frame.body), time));
    }
    return said;
  }

  private request(type: string, message: MessageReader, time: number): Said[] {
    switch (type) {
      case 'Q': {
        const said = sqlStatements(message.string()).flatMap(({ text }) => this.statement({ sql: text, fields: [] }, [], time));
        this.pending.push({ kind: 'sync' });
        return said;
      }
      case 'P':
        this.statements.set(message.string(), { sql: message.string(), fields: [] });
        return [];
      case 'B': {
        const [portal, name] = [message.string(), message.string()];
        this.portals.set(portal, { prepared: this.statements.get(name) ?? UNKNOWN, params: parametersOf(message) });
        return [];
      }
      case 'D': {
        const [isStatement, name] = [message.byte() === 0x53, message.string()];
        const prepared = isStatement ? this.statements.get(name) : this.portals.get(name)?.prepared;
        this.pending.push({ kind: 'describe', prepared: prepared ?? UNKNOWN });
        return [];
      }
      case 'E': {
        const { prepared, params } = this.portals.get(message.string()) ?? { prepared: UNKNOWN, params: [] };
        return this.statement(prepared, params, time);
      }
      case 'S':
        this.pending.push({ kind: 'sync' });
        return [];
      default:
        return [];
    }
  }

  private statement(prepared: Prepared, params: readonly (string | null)[], time: number): Said[] {
    const { opener: process, server, connection } = this.line;
    const access: SqlAccess = { time, process, server, connection, sql: prepared.sql, params, reply: undefined, isUndone: false };
    this.pending.push({ kind: 'statement', access, prepared, rows: [] });
    return isSettingUp(access) ? [] : [{ text: sqlInWords(access), access }];
  }

  private answers(bytes: Uint8Array): readonly Said[] {
    let chunk = bytes;
    for (; this.negotiations > 0 && chunk.byteLength > 0; this.negotiations -= 1) chunk = chunk.subarray(1);
    this.fromServer.feed(chunk);
    const said: Said[] = [];
    for (let frame = this.fromServer.next(anyLength); frame !== undefined; frame = this.fromServer.next(anyLength)) {
      const one = this.answer(frame.type, frame.body);
      if (one !== null) said.push(one);
    }
    return said;
  }

  private answer(type: string, body: Buffer): Said | null {
    const [first] = this.pending;
    switch (type) {
      case 'T':
      case 'n':
        if (first === undefined || first.kind === 'sync') return null;
        if (type === 'T') first.prepared.fields = fieldsOf(new MessageReader(body));
        if (first.kind === 'describe') this.pending.shift();
        return null;
      case 'D':
        if (first?.kind === 'statement') first.rows.push(rowOf(new MessageReader(body)));
        return null;
      case 'C':
      case 'I':
      case 's':
        return this.settle(type === 'C' ? new MessageReader(body).string() : '');
      case 'E':
        return this.failed(problemOf(new MessageReader(body)));
      case 'A': {
        const message = new MessageReader(body);
        message.int32();
        return { text: `notification on ${message.string()}: ${cut(oneLine(message.string()), 60)}`, access: null };
      }
      case 'Z':
        this.ready();
        return null;
      default:
        return null;
    }
  }

  private settle(tag: string): Said | null {
    const first = this.pending.shift();
    if (first?.kind !== 'statement') return null;
    const { access, prepared, rows } = first;
    access.reply = { tag, fields: prepared.fields, rows };
    this.statementsOfQuery.push(access);
    this.line.answered(access);
    return isSettingUp(access) ? null : { text: sqlReplyInWords(access.reply), access };
  }

  private failed(problem: { readonly code: string; readonly message: string }): Said {
    const at = this.pending.findIndex(({ kind }) => kind !== 'describe');
    const culprit = this.pending[at];
    const access = culprit?.kind === 'statement' ? culprit.access : null;
    for (const earlier of this.statementsOfQuery) earlier.isUndone = true;
    if (access !== null) {
      access.reply = { error: problem };
      this.line.answered(access);
    }
    // What follows is left out.
    const end = this.pending.findIndex(({ kind }) => kind === 'sync');
    this.pending = end < 0 ? [] : this.pending.slice(end);
    return { text: sqlReplyInWords({ error: problem }), access };
  }

  private ready(): void {
    this.statementsOfQuery = [];
    const end = this.pending.findIndex(({ kind }) => kind === 'sync');
    if (this.isReady) this.pending = end < 0 ? [] : this.pending.slice(end + 1);
    // The first time it is ready for whatever has come meanwhile.
    this.isReady = true;
  }
}

/** What clients look up when they connect: of no interest to anybody. */
const isSettingUp = ({ sql }: SqlAccess): boolean => /\bpg_catalog\.pg_type\b/.test(sql);

const UNKNOWN: Prepared = { sql: 'a statement that it had prepared', fields: [] };

const anyLength = (): number => Number.MAX_SAFE_INTEGER;

function parametersOf(message: MessageReader): (string | null)[] {
  const formats = Array.from({ length: message.uint16() }, () => message.int16());
  return Array.from({ length: message.uint16() }, (_, index) => {
    const length = message.int32();
    if (length < 0) return null;
    const bytes = message.bytes(length);
    const isText = (formats[formats.length === 1 ? 0 : index] ?? 0) === 0;
    return isText ? bytes.toString('utf8') : `\\x${bytes.toString('hex')}`;
  });
}

function fieldsOf(message: MessageReader): string[] {
  return Array.from({ length: message.uint16() }, () => {
    const name = message.string();
    message.bytes(18);
    return name;
  });
}

function rowOf(message: MessageReader): (string | null)[] {
  return Array.from({ length: message.uint16() }, () => {
    const length = message.int32();
    return length < 0 ? null : message.bytes(length).toString('utf8');
  });
}

function problemOf(message: MessageReader): { readonly code: string; readonly message: string } {
  const fields = new Map<string, string>();
  for (let kind = message.byte(); kind !== 0; kind = message.byte()) fields.set(String.fromCharCode(kind), message.string());
  return { code: fields.get('C') ?? '', message: fields.get('M') ?? '' };
}
