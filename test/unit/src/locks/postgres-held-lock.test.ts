import { expect, test } from 'vitest';
import { OptionsError } from '../../../../src/base/options-error.js';
import { refused, unknown } from '../../../../src/base/outcome.js';
import { milliseconds } from '../../../../src/base/time.js';
import { postgresAdvisoryLock, postgresAdvisoryLockEnvelope } from '../../../../src/locks/postgres-advisory-lock.js';
import { postgresLeaseLockEnvelope } from '../../../../src/locks/postgres-lease-lock.js';
import { postgresRowLock } from '../../../../src/locks/postgres-row-lock.js';
import type { PostgresOutcome, PostgresRefusal, PostgresStatement, PostgresValue } from '../../../../src/ports/postgres.js';
import { FakeClock, settled } from '../../../support/fake-clock.js';
import { command, rows, ScriptedPostgres } from '../../../support/scripted-postgres.js';

/** One of the lock's own sessions: the test answers each of its statements, by name or by hand. */
class ScriptedSession {
  readonly asked: { readonly name: string; readonly params: readonly PostgresValue[] }[] = [];
  isClosed = false;
  answer: (outcome: PostgresOutcome) => void = () => undefined;

  constructor(
    private readonly answers: Readonly<Record<string, PostgresOutcome>>,
    readonly lose: () => void,
  ) {}

  query({ name }: PostgresStatement, params: readonly PostgresValue[]): Promise<PostgresOutcome> {
    this.asked.push({ name, params });
    const known = this.answers[name];
    return known === undefined ? new Promise((resolve) => (this.answer = resolve)) : Promise.resolve(known);
  }

  close(): void {
    this.isClosed = true;
    this.answer(unknown('connection-lost'));
  }
}

class SessionsPostgres extends ScriptedPostgres {
  readonly sessions: ScriptedSession[] = [];
  answers: Record<string, PostgresOutcome> = {
    begin: command('BEGIN'),
    'lock-settings': rows(['', '']),
    'lock-touch': rows(['41', '']),
    commit: command('COMMIT'),
  };
  override session(lost: () => void = () => undefined) {
    const session = new ScriptedSession({ ...this.answers }, lost);
    this.sessions.push(session);
    return Promise.resolve(session);
  }
}

function bench(...outcomes: PostgresOutcome[]) {
  const [clock, postgres] = [new FakeClock(), new SessionsPostgres(...outcomes)];
  return { clock, postgres, advisory: postgresAdvisoryLock({ postgres, clock }), row: postgresRowLock({ postgres, clock }) };
}

const request = { key: 'k', owner: 'o', ttl: milliseconds(1000), timeout: milliseconds(100) };
const granted = rows(['granted', '17', null]);
const error = (sqlstate: string): PostgresOutcome => refused<PostgresRefusal>({ reason: 'error', sqlstate, message: 'no' });

test('the moves of a grant: the session, its limits, the lock, and then the lease', async () => {
  const { clock, postgres, advisory } = bench(granted, rows(['t', '']));
  postgres.answers['advisory-ask'] = rows(['t', '41']);
  expect(await advisory.acquire(request)).toMatchObject({ status: 'granted', token: 17n, expiresAt: 1_000_000 - 42_000, lost: { aborted: false } });
  const [session] = postgres.sessions;
  expect(session?.asked).toEqual([
    { name: 'begin', params: [] },
    // Its patience is a second, and the server's ends before; who sleeps with the lock is ended after a ttl and a half.
    { name: 'lock-settings', params: ['800ms', 'true', '1500ms'] },
    { name: 'advisory-ask', params: ['k'] },
  ]);
  expect(await advisory.release(request)).toEqual({ status: 'released' });
  expect(postgres.asked.map(({ name }) => name)).toEqual(['lease-acquire', 'lease-release']);
  expect(session?.asked.at(-1)?.name).toBe('commit');
  expect([session?.isClosed, clock.pending]).toEqual([true, 0]);
});

test("the token of the locked row is the lease's; an absent row is made first, on another connection", async () => {
  const { postgres, row } = bench(command('INSERT', 1), granted);
  const waiting = row.acquire({ ...request, mayQueue: true });
  await settled();
  postgres.sessions[0]?.answer(rows());
  await settled();
  postgres.sessions[0]?.answer(rows(['t', '41', '17']));
  expect(await waiting).toMatchObject({ status: 'granted', token: 17n });
  expect(postgres.asked).toMatchObject([{ name: 'lock-row-make' }, { name: 'lease-acquire', params: ['k', 'o', '1000000', '17'] }]);
});

test('whoever may queue is told so, and is woken by the grant; asked again, it goes on with the same session', async () => {
  const { clock, postgres, advisory } = bench(granted);
  let woken = 0;
  const first = advisory.acquire({ ...request, mayQueue: true });
  await clock.advance(100);
  expect(await first).toEqual({ status: 'queued', remaining: 1_000_000 });
  const watch = advisory.watch?.({ ...request, wake: () => (woken += 1) });
  expect(watch?.hears).toBe(true);
  postgres.sessions[0]?.answer(rows(['', '41']));
  await settled();
  expect(woken).toBe(1);
  expect(await advisory.acquire({ ...request, mayQueue: true })).toMatchObject({ status: 'granted' });
  // Time has passed between the two grants: the server is told to wait anew.
  expect(postgres.sessions[0]?.asked.at(-1)).toEqual({ name: 'lock-touch', params: ['1500ms'] });
  expect(postgres.sessions).toHaveLength(1);
});

test('who does not queue is refused at once, with the holder, and leaves nothing', async () => {
  const { clock, postgres, advisory } = bench(rows(['other', '2500']));
  postgres.answers['advisory-ask'] = rows(['f', '41']);
  expect(await advisory.acquire(request)).toEqual({ status: 'refused', reason: 'held', holder: 'other', remaining: 2500 });
  expect([postgres.sessions[0]?.isClosed, clock.pending]).toEqual([true, 0]);
});

test("the server's lock is free, the lease is another's: it keeps its place until that is over, or leaves", async () => {
  const held = rows(['held', 'cut off', '250000']);
  const { postgres, advisory } = bench(held, held);
  postgres.answers['advisory-wait'] = rows(['', '41']);
  expect(await advisory.acquire({ ...request, mayQueue: true })).toEqual({ status: 'queued', remaining: 250_000 });
  expect(postgres.sessions[0]?.isClosed).toBe(false);
  expect(await advisory.acquire(request)).toMatchObject({ status: 'refused', reason: 'held', holder: 'cut off' });
  expect(postgres.sessions[0]?.isClosed).toBe(true);
});

test('a session that is lost loses the lease, unasked; so does one that is another server process by now', async () => {
  const { postgres, advisory } = bench(granted, granted, command('UPDATE', 1));
  postgres.answers['advisory-ask'] = rows(['t', '41']);
  const one = await advisory.acquire(request);
  postgres.sessions[0]?.lose();
  expect(one).toMatchObject({ lost: { aborted: true } });
  expect(await advisory.extend({ ...request, token: 17n })).toEqual({ status: 'lost' });
  postgres.answers['lock-touch'] = rows(['42', '']);
  const two = await advisory.acquire(request);
  expect(two).toMatchObject({ status: 'granted', lost: { aborted: false } });
  await advisory.extend({ ...request, token: 17n });
  await settled();
  expect(two).toMatchObject({ lost: { aborted: true } });
  expect(await advisory.extend({ ...request, token: 17n })).toEqual({ status: 'lost' });
});

test('a holder that forgets its lease gives the lock back after a ttl and a half', async () => {
  const { clock, postgres, advisory } = bench(granted, command('UPDATE', 1));
  postgres.answers['advisory-ask'] = rows(['t', '41']);
  await advisory.acquire(request);
  await clock.advance(1000);
  expect(await advisory.extend({ ...request, token: 17n, ttl: milliseconds(2000) })).toMatchObject({ status: 'extended' });
  expect(postgres.sessions[0]?.asked.at(-1)).toEqual({ name: 'lock-touch', params: ['3000ms'] });
  await clock.advance(2999);
  expect(postgres.sessions[0]?.isClosed).toBe(false);
  await clock.advance(1);
  expect(postgres.sessions[0]?.isClosed).toBe(true);
});

test('a release while it waits ends the session (P8), and a late grant is nobody’s', async () => {
  const { postgres, advisory } = bench(rows(['f', null]));
  const waiting = advisory.acquire({ ...request, mayQueue: true });
  await settled();
  expect(await advisory.release(request)).toEqual({ status: 'lost' });
  expect(await waiting).toEqual(unknown('connection-lost'));
  expect(postgres.sessions[0]?.isClosed).toBe(true);
});

// Found by `sim --lock postgres-row`: each orphan held the row for a ttl and a half, while the next one waited for it.
test('what is left of an earlier session does not forget the later one', async () => {
  const { postgres, row } = bench(granted);
  let made = (_: PostgresOutcome): void => undefined;
  const query = postgres.query.bind(postgres);
  postgres.query = (statement, params) => (statement.name === 'lock-row-make' ? new Promise((resolve) => (made = resolve)) : query(statement, params));
  const first = row.acquire({ ...request, mayQueue: true });
  await settled();
  postgres.sessions[0]?.answer(rows());
  await settled();
  postgres.sessions[0]?.lose();
  const second = row.acquire({ ...request, mayQueue: true });
  await settled();
  made(command('INSERT', 1));
  expect(await first).toMatchObject({ status: 'unknown' });
  postgres.sessions[1]?.answer(rows(['t', '42', '17']));
  expect(await second).toMatchObject({ status: 'granted' });
  expect(await row.acquire({ ...request, mayQueue: true }).catch((problem: Error) => problem.message)).toBe('lease-acquire was not expected');
  expect(postgres.sessions).toHaveLength(2);
});

test('what the server says against it is told as what it is; too long a wait, as a place at the end of the queue', async () => {
  const { postgres, advisory } = bench();
  postgres.answers['advisory-wait'] = error('55P03');
  expect(await advisory.acquire({ ...request, mayQueue: true })).toEqual({ status: 'queued', remaining: 1000 });
  postgres.answers['advisory-wait'] = error('42501');
  expect(await advisory.acquire({ ...request, mayQueue: true })).toMatchObject({ status: 'refused', reason: 'unavailable', transient: false });
  postgres.answers['begin'] = refused<PostgresRefusal>({ reason: 'unavailable', message: 'gone' });
  expect(await advisory.acquire(request)).toMatchObject({ status: 'refused', reason: 'unavailable', transient: true });
  expect(postgres.sessions.map(({ isClosed }) => isClosed)).toEqual([true, true, true]);
});

test('a session lock knows no transaction, and is unlocked by its key', async () => {
  const { clock, postgres } = bench(granted, rows(['t', '']));
  postgres.answers = { 'lock-settings': rows(['']), 'advisory-ask': rows(['t', '41']), 'advisory-unlock': rows(['t']) };
  const lock = postgresAdvisoryLock({ postgres, clock, scope: 'session' });
  await lock.acquire(request);
  await lock.release(request);
  expect(postgres.sessions[0]?.asked).toEqual([
    { name: 'lock-settings', params: ['800ms', 'false'] },
    { name: 'advisory-ask', params: ['k'] },
    { name: 'advisory-unlock', params: ['k'] },
  ]);
  expect(() => postgresAdvisoryLock({ postgres, clock, scope: 'process' as never })).toThrow(OptionsError);
});

test("the envelope is that of the lease, and has its drift as the caller's", () => {
  expect(postgresAdvisoryLockEnvelope.faults).toEqual(postgresLeaseLockEnvelope.faults);
  const { clock, postgres } = bench();
  expect(postgresRowLock({ postgres, clock, maxClockDriftPpm: 5 }).assumes.bounds.clockDriftPpm).toBe(5);
});
