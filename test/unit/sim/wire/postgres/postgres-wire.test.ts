import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PostgresBackend, PostgresEvents } from '../../../../../sim/wire/postgres/postgres-backend.js';
import { PostgresSite, type PostgresSiteOptions } from '../../../../../sim/wire/postgres/postgres-site.js';
import { conversations } from '../../../../conformance/postgres/wire-cases.js';
import {
  bind,
  describe as describeMessage,
  execute,
  flush,
  int32,
  message,
  parse,
  query,
  startup,
  sync,
  terminate,
} from '../../../../support/postgres-messages.js';
import { PostgresTalk } from '../../../../support/postgres-talk.js';
import { ScriptedDatabase } from '../../../../support/scripted-database.js';

const hello = startup({ user: 'u', database: 'd' });

function makeServer(options: Partial<PostgresSiteOptions> = {}, later?: (callback: () => void) => void) {
  const scripted = new ScriptedDatabase(later);
  const site = new PostgresSite({ open: scripted.open, random: () => 7, ...options });
  const connect = (): PostgresTalk => {
    const talk = new PostgresTalk(site);
    talk.send(hello);
    return talk;
  };
  return { scripted, site, connect };
}

const ready = 'Z I';
const bodyOfKey = (pid: number): Buffer => Buffer.concat([int32(pid), Buffer.from([7, 7, 7, 7])]);
const cancelRequest = (pid: number): Buffer => Buffer.concat([int32(16), int32((1234 << 16) | 5678), bodyOfKey(pid)]);

describe('the conversation', () => {
  test('is the same however it is cut, and whether the backend answers at once or later', () => {
    const texts = Object.values(conversations).map((sent) => Buffer.concat([hello, ...sent, terminate]));
    const whole = texts.map((text) => {
      const talk = new PostgresTalk(makeServer().site);
      return talk.send(text);
    });
    fc.assert(
      fc.property(fc.nat(texts.length - 1), fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), fc.boolean(), (which, sizes, isLate) => {
        const text = texts[which] ?? hello;
        const due: (() => void)[] = [];
        const talk = new PostgresTalk(makeServer({}, isLate ? (callback) => void due.push(callback) : undefined).site);
        for (let at = 0, turn = 0; at < text.length; turn += 1) {
          const end = at + (sizes[turn % sizes.length] ?? 1);
          talk.wire.receive(text.subarray(at, end));
          at = end;
          if (turn % 3 === 0) due.shift()?.();
        }
        while (due.length > 0) due.shift()?.();
        // A length that is out of range is noticed before what stands behind it has come, so all of them end.
        expect(talk.heard()).toEqual(whole[which]);
        expect(talk.isClosed).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  test('is answered in one write, as far as the client has asked for answers', () => {
    const talk = makeServer().connect();
    talk.writes();
    talk.send(query('select 1'), query('select 2'));
    talk.wire.receive(Buffer.concat([query('select 1'), query('select 2')]));
    expect(talk.writes()).toHaveLength(1);
    expect(talk.send(Buffer.concat([parse('select 1'), bind(), execute()]))).toEqual([]);
    expect(talk.send(flush)).toEqual(['1', '2', 'D |\x01|||\x011', 'C SELECT 1|']);
    expect(talk.send(sync)).toEqual([ready]);
  });

  test('a query alone needs no hidden block, a pipeline does', () => {
    const { scripted, connect } = makeServer();
    const talk = connect();
    talk.send(Buffer.concat([parse('select 1'), bind(), execute(), sync]), query('select 2'));
    expect(scripted.executed.splice(0)).toEqual(['select 1', 'select 2']);
    talk.send(Buffer.concat([parse('select 1'), bind(), execute(), execute(), sync]));
    expect(scripted.executed).toEqual(['BEGIN', 'select 1', 'COMMIT']);
  });

  test('binary results and types whose binary form is unknown are refused by name', () => {
    const talk = makeServer().connect();
    const refused = 'E SERROR|VERROR|C0A000|Mbinary results are not simulated: ask for text||';
    expect(talk.send(parse('select 1'), bind({ resultFormats: [1] }), sync)).toEqual(['1', refused, ready]);
    const declared = message('P', '\0select $1::text\0', Buffer.from([0, 1]), int32(1700));
    const [, complaint] = talk.send(declared, bind({ formats: [1], values: ['x'] }), sync);
    expect(complaint).toBe('E SERROR|VERROR|C0A000|Mbinary parameters of type 1700 are not simulated: send it as text|Wunnamed portal parameter $1||');
  });

  test('a function of the protocol is refused by name', () => {
    expect(
      makeServer()
        .connect()
        .send(message('F', int32(1))),
    ).toEqual(['E SERROR|VERROR|C0A000|Mfunction calls of the protocol are not simulated: use SELECT||', ready]);
  });

  test('an encoding other than UTF-8 is refused by name', () => {
    const talk = new PostgresTalk(makeServer().site);
    const [, complaint] = talk.send(startup({ user: 'u', client_encoding: 'LATIN1' }));
    expect(complaint).toBe('E SFATAL|VFATAL|C0A000|Mclient_encoding LATIN1 is not simulated: use UTF8||');
    expect(talk.isClosed).toBe(true);
  });
});

describe('a statement that waits', () => {
  test('holds back what stands behind it, and is cancelled only by who knows its key', () => {
    const { scripted, site, connect } = makeServer();
    const talk = connect();
    expect(talk.send(query('select pg_sleep(600)'), query('select 1'))).toEqual([]);
    const [pid = 0] = [...scripted.sessions].map((session) => session.pid);
    new PostgresTalk(site).send(Buffer.concat([cancelRequest(pid).subarray(0, 12), int32(0)]));
    expect(talk.heard()).toEqual([]);
    const other = new PostgresTalk(site);
    expect(other.send(cancelRequest(pid))).toEqual([]);
    expect(other.isClosed).toBe(true);
    expect(talk.heard()).toEqual([
      'E SERROR|VERROR|C57014|Mcanceling statement due to user request||',
      ready,
      expect.stringMatching(/^T /),
      expect.stringMatching(/^D /),
      'C SELECT 1|',
      ready,
    ]);
    new PostgresTalk(site).send(cancelRequest(pid));
    expect(talk.send(query(''))).toEqual(['I', ready]);
  });

  test('comes to its end though the client is gone; only then is the session closed', () => {
    const { scripted, connect } = makeServer();
    const talk = connect();
    talk.send(query('begin'), query('select pg_sleep(600)'), query('select 1'));
    talk.wire.lost();
    expect([scripted.closed, talk.isClosed]).toEqual([0, false]);
    for (const session of [...scripted.sessions]) session.cancel();
    expect([scripted.closed, talk.isClosed]).toEqual([1, true]);
    expect(scripted.executed).not.toContain('select 1');
  });
});

describe('the end', () => {
  test('what was sent before it is answered', () => {
    const { scripted, connect } = makeServer();
    const talk = connect();
    talk.wire.receive(Buffer.concat([query('select pg_sleep(600)'), query('select 1')]));
    talk.wire.end();
    for (const session of [...scripted.sessions]) session.cancel();
    expect(talk.heard().at(-2)).toBe('C SELECT 1|');
    expect([scripted.closed, talk.isClosed]).toEqual([1, true]);
    expect(talk.send(query('select 1'))).toEqual([]);
  });

  test('by Terminate, in the middle of a startup or of a message', () => {
    const { scripted, site, connect } = makeServer();
    const byTerminate = connect();
    byTerminate.send(terminate);
    const inMessage = connect();
    inMessage.send(query('select 1').subarray(0, 7));
    const inStartup = new PostgresTalk(site);
    inStartup.send(hello.subarray(0, 9));
    for (const talk of [inMessage, inStartup]) talk.wire.end();
    expect([byTerminate, inMessage, inStartup].map(({ isClosed }) => isClosed)).toEqual([true, true, true]);
    expect(scripted.closed).toBe(2);
  });
});

/** A backend of which a test plays the part. */
function makePuppet() {
  let events: PostgresEvents | undefined;
  let status: 'I' | 'T' = 'I';
  let answer: ((problem: string) => void) | undefined;
  const backend: PostgresBackend = {
    pid: 1,
    execute: (text, _, done) => {
      if (text === 'BEGIN') status = 'T';
      if (text === 'COMMIT' || text === 'ROLLBACK') status = 'I';
      if (text === 'waits') answer = (message) => done({ error: { sqlstate: '40P01', message, severity: message.includes('FATAL') ? 'FATAL' : 'ERROR' } });
      else if (text === 'COMMIT' && refusesCommit) done({ error: { sqlstate: '23503', message: 'deferred' } });
      else done({ command: text, rowCount: null, fields: [], rows: [] });
    },
    describe: () => ({ parameterOids: [], fields: null }),
    split: (text) => text.split(';'),
    transactionStatus: () => status,
    fail: () => undefined,
    cancel: () => undefined,
    close: () => void (isClosed = true),
  };
  let isClosed = false;
  let refusesCommit = false;
  const site = new PostgresSite({ random: () => 1, open: (_, given) => ((events = given), backend) });
  const talk = new PostgresTalk(site);
  talk.send(hello);
  return {
    talk,
    events: () => events as PostgresEvents,
    answer: (message: string) => answer?.(message),
    isClosed: () => isClosed,
    refuseCommit: () => void (refusesCommit = true),
    setStatus: (given: 'I' | 'T') => void (status = given),
  };
}

describe('what the backend tells by itself', () => {
  const note = { pid: 2, channel: 'c', payload: 'p' };

  test('notifications: at once while idle, else behind the answer and outside of a block', () => {
    const { talk, events, answer, setStatus } = makePuppet();
    events().notify(note);
    expect(talk.heard()).toEqual(['A c|p|']);
    talk.send(query('waits'));
    events().notify(note);
    expect(talk.heard()).toEqual([]);
    setStatus('T');
    answer('no');
    expect(talk.heard()).toEqual(['E SERROR|VERROR|C40P01|Mno||', 'Z T']);
    expect(talk.send(query('COMMIT'))).toEqual(['C COMMIT|', 'A c|p|', ready]);
    talk.send(parse('x'));
    events().notify(note);
    expect(talk.send(sync)).toEqual(['1', 'A c|p|', ready]);
  });

  test('notices at once, changed settings before ReadyForQuery', () => {
    const { talk, events, answer } = makePuppet();
    talk.send(query('waits'));
    events().notice({ sqlstate: '00000', message: 'hear' });
    events().parameter('TimeZone', 'UTC');
    expect(talk.heard()).toEqual(['N SNOTICE|VNOTICE|C00000|Mhear||']);
    answer('no');
    expect(talk.heard()).toEqual(['E SERROR|VERROR|C40P01|Mno||', 'S TimeZone|UTC|', ready]);
  });

  test('the end of the session, while idle and while a statement runs', () => {
    for (const before of [[], [query('waits')]]) {
      const { talk, events, isClosed, answer } = makePuppet();
      talk.send(...before);
      events().terminate({ sqlstate: '57P01', message: 'terminating connection' });
      answer('too late');
      events().notify(note);
      expect(talk.heard()).toEqual(['E SFATAL|VFATAL|C57P01|Mterminating connection||']);
      expect([talk.isClosed, isClosed()]).toEqual([true, true]);
    }
  });

  test('a FATAL error of a statement ends the connection', () => {
    const { talk, answer } = makePuppet();
    talk.send(query('waits'), query('x'));
    answer('FATAL it is');
    expect(talk.heard()).toEqual(['E SFATAL|VFATAL|C40P01|MFATAL it is||']);
    expect(talk.isClosed).toBe(true);
  });

  test('what the hidden COMMIT refuses stands for the completion of the last statement', () => {
    const { talk, refuseCommit } = makePuppet();
    refuseCommit();
    expect(talk.send(query('a;b'))).toEqual(['C a|', 'E SERROR|VERROR|C23503|Mdeferred||', ready]);
    expect(talk.send(parse('a'), bind(), execute(), describeMessage('P'), sync)).toEqual(['1', '2', 'C a|', 'n', 'E SERROR|VERROR|C23503|Mdeferred||', ready]);
  });
});
