import { beforeAll, describe, expect, test } from 'vitest';
import { createLuaRuntime, type LuaRuntime } from '../../../../../sim/servers/redis/lua/lua-runtime.js';
import { RedisEngine } from '../../../../../sim/servers/redis/redis-engine.js';
import { RedisWire } from '../../../../../sim/wire/redis/redis-wire.js';

let lua: LuaRuntime;
beforeAll(async () => {
  lua = await createLuaRuntime();
});

const START_US = 1_790_000_000_000_000;

/** A server whose clock stands until `pass` moves it, and its timers with it. */
function makeServer(password?: string) {
  let nowUs = START_US;
  let timers: { due: number; callback: () => void }[] = [];
  const engine = new RedisEngine({ now: () => nowUs, random: () => 0, lua, ...(password === undefined ? {} : { password }) });
  const connect = () => {
    const written: string[] = [];
    let isClosed = false;
    const wire = new RedisWire(engine, {
      write: (bytes) => void written.push(Buffer.from(bytes).toString('latin1')),
      close: () => void (isClosed = true),
      after: (milliseconds, callback) => {
        const timer = { due: nowUs + milliseconds * 1000, callback };
        timers.push(timer);
        return () => void (timers = timers.filter((other) => other !== timer));
      },
    });
    return {
      wire,
      /** Each write since the last look. */
      send: (text: string): string[] => {
        wire.receive(Buffer.from(text, 'latin1'));
        return written.splice(0);
      },
      written: (): string[] => written.splice(0),
      isClosed: (): boolean => isClosed,
    };
  };
  const pass = (milliseconds: number): void => {
    nowUs += milliseconds * 1000;
    const due = timers.filter((timer) => timer.due <= nowUs);
    timers = timers.filter((timer) => timer.due > nowUs);
    for (const { callback } of due) callback();
  };
  return { engine, connect, pass, timers: () => timers.length };
}

describe('answers', () => {
  test('all that a chunk asks for come in one write, in order', () => {
    const { send } = makeServer().connect();
    expect(send('SET a 1\r\nINCR a\r\n*2\r\n$3\r\nGET\r\n$1\r\na\r\nGE')).toEqual(['+OK\r\n:2\r\n$1\r\n2\r\n']);
    expect(send('T nothing\r\n')).toEqual(['$-1\r\n']);
  });

  test('are in the protocol that HELLO has chosen, its own among them', () => {
    const { send } = makeServer().connect();
    const [answer = ''] = send('GET nothing\r\nHELLO 3\r\nGET nothing\r\nRESET\r\nGET nothing\r\n');
    expect(answer).toMatch(/^\$-1\r\n%7\r\n[^]*\*0\r\n_\r\n\+RESET\r\n\$-1\r\n$/);
  });

  test('CLIENT REPLY switches off and on; messages of channels come all the same', () => {
    const { connect } = makeServer();
    const one = connect();
    expect(one.send('HELLO 3\r\nSUBSCRIBE c\r\nCLIENT REPLY OFF\r\nPING\r\n')[0]).toMatch(/:1\r\n$/);
    connect().send('PUBLISH c x\r\n');
    expect(one.written()).toEqual(['>3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\nx\r\n']);
    expect(one.send('PING\r\nCLIENT REPLY SKIP\r\nCLIENT REPLY ON\r\nCLIENT REPLY SKIP\r\nPING\r\nECHO x\r\n')).toEqual(['+OK\r\n$1\r\nx\r\n']);
  });
});

describe('messages of channels', () => {
  test('come by themselves, and in their place among answers', () => {
    const { connect } = makeServer();
    const listener = connect();
    const confirmed = '*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n';
    expect(listener.send('SUBSCRIBE c\r\n')).toEqual([confirmed]);
    expect(connect().send('PUBLISH c one\r\nPUBLISH d two\r\n')).toEqual([':1\r\n:0\r\n']);
    expect(listener.written()).toEqual(['*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$3\r\none\r\n']);
    const [own = ''] = connect().send('HELLO 3\r\nSUBSCRIBE c\r\nPUBLISH c x\r\n');
    expect(own).toMatch(/>3\r\n\$9\r\nsubscribe\r\n\$1\r\nc\r\n:1\r\n>3\r\n\$7\r\nmessage\r\n\$1\r\nc\r\n\$1\r\nx\r\n:2\r\n$/);
  });
});

describe('the connection ends', () => {
  test('after QUIT, without what stands behind it', () => {
    const { send, isClosed } = makeServer().connect();
    expect(send('PING\r\nQUIT\r\nPING\r\n')).toEqual(['+PONG\r\n+OK\r\n']);
    expect(isClosed()).toBe(true);
    expect(send('PING\r\n')).toEqual([]);
  });

  test('after what is no RESP, with the answers that stand before it', () => {
    const { send, isClosed } = makeServer().connect();
    expect(send('PING\r\n*x\r\nPING\r\n')).toEqual(['+PONG\r\n-ERR Protocol error: invalid multibulk length\r\n']);
    expect(isClosed()).toBe(true);
  });

  test('without a word when a browser was made to speak', () => {
    const { send, isClosed } = makeServer().connect();
    expect(send('POST / HTTP/1.1\r\nHost: x\r\n\r\n')).toEqual([]);
    expect(isClosed()).toBe(true);
  });

  test('when the client ends it, and nothing of its session is left', () => {
    const { engine, connect } = makeServer();
    const { wire, send, isClosed } = connect();
    send('SUBSCRIBE c\r\n');
    wire.end();
    expect(isClosed()).toBe(true);
    expect(engine.sessions.size).toBe(0);
    expect(engine.channels.active()).toEqual([]);
  });

  test('by CLIENT KILL, whoever is meant', () => {
    const { engine, connect } = makeServer();
    const [one, two, three] = [connect(), connect(), connect()];
    expect(one.send('CLIENT KILL ID 2\r\n')).toEqual([':1\r\n']);
    expect([one.isClosed(), two.isClosed(), three.isClosed()]).toEqual([false, true, false]);
    expect(one.send('CLIENT KILL TYPE normal SKIPME no\r\nPING\r\n')).toEqual([':2\r\n']);
    expect([one.isClosed(), three.isClosed()]).toEqual([true, true]);
    expect(engine.sessions.size).toBe(0);
  });
});

describe('a password', () => {
  const refused = '-NOAUTH Authentication required.\r\n';

  test('is asked for before anything but AUTH, HELLO, QUIT and RESET', () => {
    const { send } = makeServer('secret').connect();
    expect(send('GET a\r\nNOSUCH\r\nGET\r\nRESET\r\n')).toEqual([
      `${refused}-ERR unknown command 'NOSUCH', with args beginning with: \r\n-ERR wrong number of arguments for 'get' command\r\n+RESET\r\n`,
    ]);
    expect(send('HELLO 3\r\n')[0]).toMatch(/^-NOAUTH HELLO must be called with the client already authenticated/);
    expect(send('AUTH wrong\r\nAUTH nobody secret\r\nAUTH default secret\r\nGET a\r\nRESET\r\nGET a\r\n')).toEqual([
      `${'-WRONGPASS invalid username-password pair or user is disabled.\r\n'.repeat(2)}+OK\r\n$-1\r\n+RESET\r\n${refused}`,
    ]);
  });

  test('can come with HELLO', () => {
    const { send } = makeServer('secret').connect();
    expect(send('HELLO 3 AUTH default secret SETNAME me\r\nCLIENT GETNAME\r\n')[0]).toMatch(/^%7\r\n[^]*\$2\r\nme\r\n$/);
  });

  test('is not asked of who speaks to the engine itself', () => {
    expect(
      makeServer('secret')
        .engine.open(() => undefined)
        .execute(['GET', 'a']),
    ).toBeNull();
  });
});

describe('CLIENT PAUSE', () => {
  test('holds all back for so long, each client at its place', () => {
    const { connect, pass, timers } = makeServer();
    const [one, two] = [connect(), connect()];
    expect(one.send('CLIENT PAUSE 100\r\nPING\r\n')).toEqual(['+OK\r\n']);
    expect(two.send('SET a 1\r\n')).toEqual([]);
    expect(two.send('GET a\r\nNOSUCH\r\n')).toEqual([]);
    pass(99);
    expect([...one.written(), ...two.written()]).toEqual([]);
    pass(1);
    expect(one.written()).toEqual(['+PONG\r\n']);
    expect(two.written()).toEqual(["+OK\r\n$1\r\n1\r\n-ERR unknown command 'NOSUCH', with args beginning with: \r\n"]);
    expect(timers()).toBe(0);
  });

  test('WRITE holds back what may write, until UNPAUSE', () => {
    const { connect, pass, timers } = makeServer();
    const [one, two] = [connect(), connect()];
    one.send('CLIENT PAUSE 100000 WRITE\r\n');
    expect(two.send('GET a\r\nMULTI\r\nINCR a\r\nEXEC\r\n')).toEqual(['$-1\r\n+OK\r\n']);
    const gone = connect();
    gone.send('PUBLISH c x\r\n');
    gone.wire.end();
    expect(one.send('CLIENT UNPAUSE\r\n')).toEqual(['+OK\r\n']);
    expect(two.written()).toEqual([]);
    pass(0);
    expect(two.written()).toEqual(['+QUEUED\r\n*1\r\n:1\r\n']);
    expect(timers()).toBe(0);
  });

  test('an unfinished pause is only ever made longer and stricter', () => {
    const { connect, pass } = makeServer();
    const [one, two] = [connect(), connect()];
    one.send('CLIENT PAUSE 100 ALL\r\n');
    pass(50);
    const three = connect();
    expect(three.send('CLIENT PAUSE 10 WRITE\r\n')).toEqual([]);
    pass(50);
    expect(three.written()).toEqual(['+OK\r\n']);
    expect(two.send('GET a\r\nSET a 1\r\n')).toEqual(['$-1\r\n']);
    pass(10);
    expect(two.written()).toEqual(['+OK\r\n']);
  });
});
