import { beforeAll, describe, expect, test } from 'vitest';
import { createLuaRuntime, type LuaRuntime } from '../../../../../../sim/servers/redis/lua/lua-runtime.js';
import { RedisEngine } from '../../../../../../sim/servers/redis/redis-engine.js';
import type { RespValue } from '../../../../../../sim/servers/redis/resp-value.js';

let lua: LuaRuntime;
beforeAll(async () => {
  lua = await createLuaRuntime({ instructionBudget: 100_000 });
});

function evaluator(): (script: string, ...args: string[]) => RespValue | undefined {
  const engine = new RedisEngine({ now: () => 1_790_000_000_000_000, random: () => 0, lua });
  const session = engine.open(() => undefined);
  return (script, ...args) => session.execute(['EVAL', script, '0', ...args]);
}

describe('scripts share nothing', () => {
  test.each([
    ['a global', 'leak = 1'],
    ['a global through rawset', "rawset(_G, 'leak', 1)"],
    ['a field of a library', 'string.leak = 1'],
    ['a field of redis', 'redis.leak = 1'],
    ['a library through table.insert', 'table.insert(string, 1)'],
    ['the metatable of _G', 'setmetatable(_G, {})'],
    ['KEYS as a whole', 'KEYS = {}'],
  ])('%s cannot be written', (_, script) => {
    expect(evaluator()(script)).toMatchObject({ error: expect.stringContaining('Attempt to modify a readonly table') as unknown });
  });

  test('nor does the metatable of strings remember anything', () => {
    const run = evaluator();
    run("getmetatable('').__index = {upper = function() return 'broken' end}");
    run("local strings = getmetatable('').__index pcall(function() strings.upper = nil end)");
    expect(run("return ('a'):upper()")).toBe('A');
  });

  test('KEYS and ARGV are new in each run', () => {
    const run = evaluator();
    expect(run("ARGV[1] = 'changed' ARGV.x = 1 return ARGV[1]", 'first')).toBe('changed');
    expect(run('return {ARGV[1], ARGV.x or false}', 'second')).toEqual(['second', null]);
  });

  test('addresses are numbered from the beginning in each run', () => {
    const run = evaluator();
    const script = 'local a, b = {}, {} return {tostring(a), tostring(b), tostring(a), tostring(pairs)}';
    const first = run(script);
    run('local t = {} for i = 1, 1000 do t[i] = {} end return tostring(t[1000])');
    expect(run(script)).toEqual(first);
    expect(first).toEqual(['table: 0x000000000010', 'table: 0x000000000020', 'table: 0x000000000010', 'function: 0x000000000030']);
  });
});

describe('math.random', () => {
  test('begins the same in each server and goes on from script to script, as in Redis', () => {
    const script = 'return math.floor(math.random() * 1000000)';
    const [one, other] = [evaluator(), evaluator()];
    expect([one(script), one(script), one(script)]).toEqual([other(script), other(script), other(script)]);
    expect(evaluator()(script)).toBe(396464);
    expect(one(`math.randomseed(0) ${script}`)).toBe(170828);
  });
});

describe('an endless script', () => {
  test.each([
    ['a loop', 'while true do end'],
    ['a loop that catches its end', 'while true do pcall(function() while true do end end) end'],
    ['a coroutine', 'coroutine.wrap(function() while true do end end)()'],
  ])('%s is stopped, and the next one runs', (_, script) => {
    const run = evaluator();
    expect(run(script)).toMatchObject({ error: expect.stringContaining('stopped after 100000 Lua instructions') as unknown });
    expect(run('return 1')).toBe(1);
  });
});

describe('what is not there', () => {
  test('is refused by name', () => {
    const errorOf = (script: string): string => (evaluator()(script) as { error: string }).error;
    expect(errorOf('return cmsgpack.pack(1)')).toContain("unsupported library 'cmsgpack' in the simulated Redis");
    expect(errorOf("return struct.pack('I', 1)")).toContain("unsupported library 'struct'");
    expect(errorOf('return cjson.encode_max_depth(3)')).toContain("unsupported function 'cjson.encode_max_depth'");
    expect(errorOf('redis.setresp(3)')).toContain("unsupported form of 'redis.setresp'");
  });

  test.each(['os', 'io', 'print', 'dofile', 'loadfile', 'require', 'debug', 'setfenv', 'newproxy'])('%s does not exist', (name) => {
    expect(evaluator()(`return ${name}`)).toMatchObject({ error: expect.stringContaining(`nonexistent global variable '${name}'`) as unknown });
  });
});

test('an exception of the server is no error of the script: it comes out, and the runtime lives on', () => {
  const failing = {
    random: { next: () => 0, seed: () => undefined },
    call: () => {
      throw new RangeError('a bug');
    },
  };
  const script = { sha: '0'.repeat(40), text: "return pcall(redis.call, 'GET', 'x')", noWrites: false };
  expect(() => lua.run(script, [], [], failing as never)).toThrow('a bug');
  expect(evaluator()('return 1')).toBe(1);
});

test('binary strings pass unchanged, however long', () => {
  const bytes = Array.from({ length: 256 }, (_, i) => String.fromCharCode(i)).join('');
  const run = evaluator();
  expect(run('return ARGV[1]', bytes)).toBe(bytes);
  expect(run('return #ARGV[1]', bytes.repeat(2000))).toBe(512_000);
  expect(run("return string.rep('x', 20000000) == ARGV[1]", 'x'.repeat(20_000_000))).toBe(1);
});
