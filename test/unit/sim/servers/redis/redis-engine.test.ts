import { beforeAll, describe, expect, test } from 'vitest';
import { createLuaRuntime, type LuaRuntime } from '../../../../../sim/servers/redis/lua/lua-runtime.js';
import { RedisEngine } from '../../../../../sim/servers/redis/redis-engine.js';
import type { RespValue } from '../../../../../sim/servers/redis/resp-value.js';
import { randomSteps } from '../../../../conformance/redis/random-steps.js';
import { drawsFrom } from '../../../../conformance/redis/step.js';

let lua: LuaRuntime;
beforeAll(async () => {
  lua = await createLuaRuntime();
});

const START_US = 1_790_000_000_000_000;

/** An engine whose clock stands until `pass` moves it. */
function makeEngine(onWrite?: (commands: readonly (readonly string[])[]) => void) {
  let now = START_US;
  const engine = new RedisEngine({ now: () => now, random: drawsFrom(7), lua, ...(onWrite === undefined ? {} : { onWrite }) });
  const pushed: RespValue[] = [];
  const session = engine.open((message) => pushed.push(message));
  const run = (...args: string[]): RespValue | undefined => session.execute(args);
  return {
    engine,
    session,
    run,
    pushed,
    pass: (microseconds: number) => void (now += microseconds),
    rewind: () => void (now = 0),
    connect: () => engine.open(() => undefined),
  };
}

describe('time', () => {
  test('a key lives through its last millisecond and is gone in the next', () => {
    const { run, pass } = makeEngine();
    run('SET', 'k', 'v', 'PX', '100');
    pass(100_999);
    expect(run('GET', 'k')).toBe('v');
    expect(run('PTTL', 'k')).toBe(0);
    pass(1);
    expect(run('GET', 'k')).toBeNull();
    expect(run('PTTL', 'k')).toBe(-2);
  });

  test('a clock that steps back prolongs the life of a key', () => {
    const { run, pass } = makeEngine();
    run('SET', 'k', 'v', 'PX', '100');
    pass(-1_000_000);
    expect(run('PTTL', 'k')).toBe(1100);
  });

  test('TIME is the clock in seconds and microseconds, and stands still in scripts', () => {
    const { run, pass } = makeEngine();
    pass(123);
    expect(run('TIME')).toEqual(['1790000000', '123']);
    expect(run('EVAL', "return redis.call('TIME')", '0')).toEqual(['1790000000', '123']);
  });

  test('seconds are rounded to the nearest', () => {
    const { run } = makeEngine();
    run('SET', 'k', 'v', 'PX', '1499');
    expect(run('TTL', 'k')).toBe(1);
    run('PEXPIRE', 'k', '1500');
    expect(run('TTL', 'k')).toBe(2);
  });
});

describe('what it does not do', () => {
  test('is refused by name, other than what Redis does not know either', () => {
    const { run } = makeEngine();
    expect(run('XADD', 's', '*', 'a', 'b')).toEqual({ error: "ERR unsupported command 'XADD' in the simulated Redis" });
    expect(run('blpop', 'l', '0')).toEqual({ error: "ERR unsupported command 'BLPOP' in the simulated Redis" });
    expect(run('CLIENT', 'CACHING', 'yes')).toEqual({ error: "ERR unsupported command 'CLIENT CACHING' in the simulated Redis" });
    expect(run('NOSUCH', 'x')).toEqual({ error: "ERR unknown command 'NOSUCH', with args beginning with: 'x' " });
    expect(run('EVAL', "return redis.pcall('XADD', 's', '*', 'a', 'b')", '0')).toEqual({ error: "ERR unsupported command 'XADD' in the simulated Redis" });
  });

  test('spoils a transaction like any other bad command', () => {
    const { run } = makeEngine();
    run('MULTI');
    run('XADD', 's', '*', 'a', 'b');
    expect(run('EXEC')).toEqual({ error: 'EXECABORT Transaction discarded because of previous errors.' });
  });
});

describe('integers', () => {
  test('stay exact beyond 2^53, up to the last of 64 bits', () => {
    const { run } = makeEngine();
    run('SET', 'n', '9007199254740992');
    expect(run('INCR', 'n')).toBe(9007199254740993n);
    expect(run('GET', 'n')).toBe('9007199254740993');
    run('SET', 'n', '9223372036854775806');
    expect(run('INCR', 'n')).toBe(9223372036854775807n);
    expect(run('INCR', 'n')).toEqual({ error: 'ERR increment or decrement would overflow' });
    expect(run('HINCRBY', 'h', 'f', '-9223372036854775808')).toBe(-9223372036854775808n);
  });
});

describe('WATCH', () => {
  test('is broken by whoever changes the key, and by nobody else', () => {
    const { run, connect } = makeEngine();
    const other = connect();
    run('WATCH', 'k');
    other.execute(['SET', 'other', '1']);
    run('MULTI');
    run('INCR', 'n');
    expect(run('EXEC')).toEqual([1]);
    run('WATCH', 'k');
    other.execute(['SET', 'k', '1']);
    run('MULTI');
    run('INCR', 'n');
    expect(run('EXEC')).toEqual({ nullArray: true });
    expect(run('GET', 'n')).toBe('1');
  });

  test('is broken by expiry, but not of a key that was overdue already', () => {
    const { run, pass, connect } = makeEngine();
    run('SET', 'k', 'v', 'PX', '10');
    run('WATCH', 'k');
    pass(11_000);
    run('MULTI');
    expect(run('EXEC')).toEqual({ nullArray: true });
    run('SET', 'k', 'v', 'PX', '10');
    pass(11_000);
    run('WATCH', 'k');
    connect().execute(['GET', 'k']);
    run('MULTI');
    expect(run('EXEC')).toEqual([]);
  });

  test('ends with its session', () => {
    const { engine, connect } = makeEngine();
    const watcher = connect();
    watcher.execute(['WATCH', 'k']);
    watcher.close();
    engine.watches.keyChanged(engine.database(0), 'k', 'changed');
    expect(watcher.watchBroken).toBe(false);
    expect(() => watcher.execute(['PING'])).toThrow('closed');
  });
});

describe('RESP3', () => {
  test('HELLO 3 makes maps, sets, doubles and pushes of replies', () => {
    const { run, pushed } = makeEngine();
    expect(run('HELLO', '3')).toMatchObject({ map: expect.arrayContaining([['proto', 3]]) as unknown });
    run('HSET', 'h', 'f', 'v');
    expect(run('HGETALL', 'h')).toEqual({ map: [['f', 'v']] });
    run('ZADD', 'z', '1.5', 'm');
    expect(run('ZRANGE', 'z', '0', '-1', 'WITHSCORES')).toEqual([['m', { double: 1.5 }]]);
    expect(run('SUBSCRIBE', 'c')).toBeUndefined();
    run('PUBLISH', 'c', 'hello');
    expect(pushed).toEqual([{ push: ['subscribe', 'c', 1] }, { push: ['message', 'c', 'hello'] }]);
  });

  test('RESP2 subscribers may do little else', () => {
    const { run, pushed } = makeEngine();
    run('SUBSCRIBE', 'c');
    expect(pushed).toEqual([['subscribe', 'c', 1]]);
    expect(run('GET', 'k')).toMatchObject({ error: expect.stringContaining("Can't execute 'get'") as unknown });
  });
});

describe('the log of writes', () => {
  test('tells what to do again, with absolute times, one call for each step', () => {
    const calls: (readonly (readonly string[])[])[] = [];
    const { run, pass } = makeEngine((commands) => calls.push(commands));
    const logged = (...args: string[]): unknown => {
      run(...args);
      return calls.splice(0);
    };
    expect(logged('SET', 'k', 'v', 'PX', '100', 'NX')).toEqual([[['SET', 'k', 'v', 'PXAT', '1790000000100']]]);
    expect(logged('SET', 'k', 'w', 'NX')).toEqual([]);
    expect(logged('GET', 'k')).toEqual([]);
    pass(200_000);
    expect(logged('GET', 'k')).toEqual([[['DEL', 'k']]]);
    expect(logged('EXPIRE', 'k', '10')).toEqual([]);
    expect(logged('INCRBYFLOAT', 'f', '0.1')).toEqual([[['SET', 'f', '0.1', 'KEEPTTL']]]);
    expect(logged('EXPIRE', 'f', '-1')).toEqual([[['DEL', 'f']]]);
    run('MULTI');
    run('SET', 'a', '1');
    run('SELECT', '3');
    run('SET', 'b', '2');
    expect(logged('EXEC')).toEqual([
      [
        ['SET', 'a', '1'],
        ['SELECT', '3'],
        ['SET', 'b', '2'],
      ],
    ]);
    expect(logged('EVAL', "redis.call('SET', 'x', 1) redis.call('GET', 'x') redis.call('INCR', 'x') return redis.call('LPUSH', 'x', 1)", '0')).toEqual([
      [
        ['SELECT', '3'],
        ['SET', 'x', '1'],
        ['INCR', 'x'],
      ],
    ]);
  });

  test('replayed, it makes the same data, whatever the clock says by then', () => {
    for (let seed = 1; seed <= 150; seed += 1) {
      const calls: (readonly (readonly string[])[])[] = [];
      const before = makeEngine((commands) => calls.push(commands));
      const other = before.connect();
      const draw = drawsFrom(seed);
      for (const step of randomSteps(draw, { sessions: 2, length: 60 })) {
        (step.session === 0 ? before.session : other).execute(step.args);
        if (draw(4) === 0) before.pass(draw(200_000_000));
      }
      const after = makeEngine();
      for (const commands of calls) after.engine.replay(commands);
      // To a time when nothing has expired that was not removed before.
      before.rewind();
      after.rewind();
      expect(contents(after.engine), `seed ${seed}`).toEqual(contents(before.engine));
    }
  });

  test('a flush loses data and scripts, and says nothing', () => {
    const calls: unknown[] = [];
    const { engine, run } = makeEngine((commands) => calls.push(commands));
    run('SET', 'k', 'v');
    const sha = run('SCRIPT', 'LOAD', 'return 1') as string;
    calls.length = 0;
    engine.flush();
    expect(calls).toEqual([]);
    expect(engine.size).toBe(0);
    expect(run('GET', 'k')).toBeNull();
    expect(run('EVALSHA', sha, '0')).toEqual({ error: 'NOSCRIPT No matching script. Please use EVAL.' });
  });
});

/** All that is stored, with the times at which it ends. */
function contents(engine: RedisEngine): unknown {
  const session = engine.open(() => undefined);
  return engine.databases.map((_, index) => {
    session.execute(['SELECT', String(index)]);
    const keys = (session.execute(['KEYS', '*']) as string[]).sort();
    return keys.map((key) => [key, session.execute(['PEXPIRETIME', key]), valueOf(session.execute.bind(session), key)]);
  });
}

function valueOf(run: (args: readonly string[]) => RespValue | undefined, key: string): unknown {
  const type = run(['TYPE', key]) as { status: string };
  const reads: Record<string, string[]> = {
    string: ['GET', key],
    hash: ['HGETALL', key],
    list: ['LRANGE', key, '0', '-1'],
    set: ['SMEMBERS', key],
    zset: ['ZRANGE', key, '0', '-1', 'WITHSCORES'],
  };
  return run(reads[type.status] ?? []);
}

describe('SCAN', () => {
  test('returns once, however much comes and goes, what stays', () => {
    const { run } = makeEngine();
    for (let i = 0; i < 200; i += 1) run('SET', `stays${i}`, '1');
    const seen: string[] = [];
    let cursor = '0';
    let turn = 0;
    do {
      const [next, keys] = run('SCAN', cursor, 'COUNT', '7') as [string, string[]];
      seen.push(...keys.filter((key) => key.startsWith('stays')));
      cursor = next;
      run('SET', `new${turn}`, '1');
      run('DEL', `new${turn - 3}`);
      turn += 1;
    } while (cursor !== '0');
    expect(seen.sort()).toEqual(Array.from({ length: 200 }, (_, i) => `stays${i}`).sort());
  });
});
