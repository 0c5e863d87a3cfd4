import type {
  OpenPostgresBackend,
  PostgresAnswer,
  PostgresBackend,
  PostgresDescription,
  PostgresEvents,
  PostgresField,
  PostgresProblem,
  PostgresResult,
  TransactionStatus,
} from '../../sim/wire/postgres/postgres-backend.js';

const field = (name: string, typeOid = 23): PostgresField => ({ name, typeOid });
const done = (command: string, rowCount: number | null = null): PostgresResult => ({ command, rowCount, fields: [], rows: [] });
const table = (fields: readonly PostgresField[], rows: (string | null)[][]): PostgresResult => ({ command: 'SELECT', rowCount: rows.length, fields, rows });
const problem = (sqlstate: string, message: string, position?: number): PostgresProblem => ({
  sqlstate,
  message,
  ...(position === undefined ? {} : { position }),
});

const ABORTED = problem('25P02', 'current transaction is aborted, commands ignored until end of transaction block');
const CANCELLED = problem('57014', 'canceling statement due to user request');

interface Act {
  readonly oids?: readonly number[];
  readonly fields?: readonly PostgresField[];
  readonly run: (params: readonly (string | null)[]) => PostgresAnswer | 'waits';
}

/** A database of one table of integers for each session; of SQL it knows what the tests of the wire say. */
class ScriptedSession implements PostgresBackend {
  #status: TransactionStatus = 'I';
  #numbers: string[] = [];
  #before: string[] = [];
  readonly #queued: { channel: string; payload: string }[] = [];
  #waiting: ((answer: PostgresAnswer) => void) | undefined;
  readonly channels = new Set<string>();

  constructor(
    readonly pid: number,
    readonly server: ScriptedDatabase,
    readonly events: PostgresEvents,
  ) {}

  execute(text: string, params: readonly (string | null)[], answer: (answer: PostgresAnswer) => void): void {
    this.server.executed.push(text);
    const { later } = this.server;
    const tell = later === undefined ? answer : (got: PostgresAnswer): void => later(() => answer(got));
    const act = this.#act(text);
    const isExit = /^(?:commit|rollback|end)/i.test(text.trim());
    const got = 'error' in act ? act : this.#status === 'E' && !isExit ? { error: ABORTED } : act.run(params);
    if (got === 'waits') this.#waiting = tell;
    else {
      if ('error' in got) this.fail();
      tell(got);
    }
  }

  describe(text: string, declaredOids: readonly number[]): PostgresDescription | { readonly error: PostgresProblem } {
    const act = this.#act(text);
    if ('error' in act) {
      this.fail();
      return act;
    }
    const { oids = [], fields = null } = act;
    return { parameterOids: oids.map((oid, index) => (declaredOids[index] ?? 0) || oid), fields };
  }

  split(text: string): readonly string[] {
    if (text.includes('selct')) return [text];
    return text.split(';').filter((statement) => statement.replace(/--.*/g, '').trim() !== '');
  }

  transactionStatus(): TransactionStatus {
    return this.#status;
  }

  fail(): void {
    if (this.#status === 'T') this.#status = 'E';
  }

  cancel(): void {
    const tell = this.#waiting;
    this.#waiting = undefined;
    this.fail();
    tell?.({ error: CANCELLED });
  }

  close(): void {
    this.server.closed += 1;
    this.server.sessions.delete(this);
  }

  #act(statement: string): Act | { readonly error: PostgresProblem } {
    const text = statement.trim();
    const lower = text.toLowerCase();
    const at = (word: string): number => statement.indexOf(word) + 1;
    const insert = /^insert into t values\s*\((\d+|\$1)\)$/.exec(lower);
    const notify = /^notify (\w+)(?:\s*,\s*'(.*)')?$/.exec(lower);
    const series = /^select generate_series\(1,\s*(\d+)\)$/.exec(lower);
    const number = /^select (\d+)$/.exec(lower);
    const typed = /^select \$1::(int4|int8|bool|text|bytea)(?: as (\w+))?$/.exec(lower);
    const set = /^set (\w+)(?:=| to )'?(\w+)'?$/.exec(lower);
    if (text.includes('selct')) return { error: problem('42601', 'syntax error at or near "selct"', at('selct')) };
    if (/\bnix\b/.test(lower)) return { error: problem('42703', 'column "nix" does not exist', at('nix')) };
    if (lower.startsWith('begin')) return { run: () => this.#begin() };
    if (/^(?:commit|end)$/.test(lower)) return { run: () => this.#end(this.#status !== 'E') };
    if (lower === 'rollback') return { run: () => this.#end(false) };
    if (/^select 1\/(?:0|\(i-i\) from t)$/.test(lower)) return { fields: [field('?column?')], run: () => ({ error: problem('22012', 'division by zero') }) };
    if (lower === 'select pg_sleep(600)') return { fields: [field('pg_sleep', 2278)], run: () => 'waits' };
    if (lower === 'create temp table t(i int)') return { run: () => done('CREATE TABLE') };
    if (lower === 'select i+0 as i from t') return this.#select([field('i')], () => this.#numbers.map((i) => [i]));
    if (insert !== null) return this.#insert(insert[1] ?? '');
    if (series !== null) return this.#select([field('generate_series')], () => Array.from({ length: Number(series[1]) }, (_, i) => [String(i + 1)]));
    if (number !== null) return this.#select([field('?column?')], () => [[number[1] ?? '']]);
    if (typed !== null) return this.#echo(typed[1] ?? '', typed[2]);
    if (/^listen "?a"?$/.test(lower)) return { run: () => (this.channels.add('a'), done('LISTEN')) };
    if (notify !== null) return { run: () => this.#notify(notify[1] ?? '', notify[2] ?? '') };
    if (set !== null) return { run: () => this.#set(set[1] ?? '', set[2] ?? '') };
    return { error: problem('0A000', `not scripted: ${text}`) };
  }

  #select(fields: readonly PostgresField[], rows: () => (string | null)[][]): Act {
    return { fields, run: () => table(fields, rows()) };
  }

  #echo(type: string, name = type): Act {
    const oid = { int4: 23, int8: 20, bool: 16, bytea: 17 }[type] ?? 25;
    const fields = [field(name, oid)];
    return { oids: [oid], fields, run: (params) => table(fields, [[params[0] ?? null]]) };
  }

  #insert(value: string): Act {
    const isParameter = value === '$1';
    return { oids: isParameter ? [23] : [], run: ([param]) => (this.#numbers.push(isParameter ? (param ?? '') : value), done('INSERT', 1)) };
  }

  #set(name: string, value: string): PostgresResult {
    if (name === 'application_name') this.events.parameter(name, value);
    return done('SET');
  }

  #begin(): PostgresResult {
    if (this.#status === 'I') this.#before = [...this.#numbers];
    this.#status = 'T';
    return done('BEGIN');
  }

  #end(isCommit: boolean): PostgresResult {
    if (this.#status === 'I') this.events.notice({ severity: 'WARNING', sqlstate: '25P01', message: 'there is no transaction in progress' });
    else if (!isCommit) this.#numbers = this.#before;
    this.#status = 'I';
    const queued = this.#queued.splice(0);
    if (isCommit) for (const notification of queued) this.#publish(notification);
    return done(isCommit ? 'COMMIT' : 'ROLLBACK');
  }

  #notify(channel: string, payload: string): PostgresResult {
    if (this.#status === 'T') this.#queued.push({ channel, payload });
    else this.#publish({ channel, payload });
    return done('NOTIFY');
  }

  #publish(notification: { channel: string; payload: string }): void {
    for (const session of this.server.sessions) {
      if (session.channels.has(notification.channel)) session.events.notify({ ...notification, pid: this.pid });
    }
  }
}

/** What stands behind the wire in its own tests. */
export class ScriptedDatabase {
  readonly sessions = new Set<ScriptedSession>();
  /** Every statement that any session was given. */
  readonly executed: string[] = [];
  closed = 0;
  #pid = 100;

  /** `later`: when statements are answered; at once, when absent. */
  constructor(readonly later?: (callback: () => void) => void) {}

  readonly open: OpenPostgresBackend = ({ user, database }, events) => {
    if (user === 'nix') return { error: problem('28000', 'role "nix" does not exist') };
    if (database === 'nix') return { error: problem('3D000', 'database "nix" does not exist') };
    const session = new ScriptedSession((this.#pid += 1), this, events);
    this.sessions.add(session);
    return session;
  };
}
