import { sha1 } from '../script-library.js';
import { truncateToInt64 } from '../values/int64.js';
import type { DeterministicRandom } from './deterministic-random.js';
import { formatInteger, parseUnsigned } from './format-integer.js';
import { cString } from './lua-replies.js';
import type { LuaMemory } from './lua-memory.js';
import type { LuaApi } from './lua-module.js';
import { LuaType } from './lua-module.js';

/** A function that Lua can call: takes its arguments from the stack, pushes its results and returns how many. */
export type NativeFunction = (L: number) => number;

/** What `error` throws when a function of `redis` is used wrongly: a table with `err`, as Redis does. */
export function throwReply(api: LuaApi, memory: LuaMemory, errField: number, L: number, reply: string): number {
  api.lua_createtable(L, 0, 1);
  memory.push(L, reply);
  api.lua_setfield(L, -2, errField);
  return api.lua_error(L);
}

/** The functions of `redis` that reach no data, by name. */
export function redisFunctions(api: LuaApi, memory: LuaMemory): Record<string, NativeFunction> {
  const err = memory.permanent('err');
  const ok = memory.permanent('ok');
  const isOneText = (L: number): boolean => api.lua_gettop(L) === 1 && api.lua_type(L, 1) === LuaType.String;
  // These two do not throw when they are used wrongly: they return the error.
  const pushMisuse = (L: number): number => {
    api.lua_createtable(L, 0, 1);
    memory.push(L, 'ERR wrong number or type of arguments');
    api.lua_setfield(L, -2, err);
    return 1;
  };
  const fail = (L: number, message: string): number => throwReply(api, memory, err, L, `ERR ${message}`);

  return {
    sha1hex: (L) => {
      if (api.lua_gettop(L) !== 1) return fail(L, 'wrong number of arguments');
      memory.push(L, sha1(memory.read(L, 1) ?? ''));
      return 1;
    },
    error_reply: (L) => {
      if (!isOneText(L)) return pushMisuse(L);
      const text = (memory.read(L, 1) ?? '').replace(/^-/, '').replace(/^[\r\n]+|[\r\n]+$/g, '');
      api.lua_createtable(L, 0, 1);
      memory.push(L, text.includes(' ') ? text : `ERR ${text}`);
      api.lua_setfield(L, -2, err);
      return 1;
    },
    status_reply: (L) => {
      if (!isOneText(L)) return pushMisuse(L);
      api.lua_createtable(L, 0, 1);
      api.lua_pushvalue(L, 1);
      api.lua_setfield(L, -2, ok);
      return 1;
    },
    log: (L) => {
      if (api.lua_gettop(L) < 2) return fail(L, 'redis.log() requires two arguments or more.');
      if (api.lua_isnumber(L, 1) === 0) return fail(L, 'First argument must be a number (log level).');
      const level = Math.trunc(api.lua_tonumber(L, 1));
      return level < 0 || level > 3 ? fail(L, 'Invalid debug level.') : 0;
    },
    setresp: (L) => {
      if (api.lua_gettop(L) !== 1) return fail(L, 'redis.setresp() requires one argument.');
      const version = Math.trunc(api.lua_tonumber(L, 1));
      if (version !== 2 && version !== 3) return fail(L, 'RESP version must be 2 or 3.');
      return version === 2 ? 0 : fail(L, "unsupported form of 'redis.setresp' in the simulated Redis: only 2");
    },
    set_repl: (L) => {
      if (api.lua_gettop(L) !== 1) return fail(L, 'redis.set_repl() requires one argument.');
      const flags = Math.trunc(api.lua_tonumber(L, 1));
      if (flags < 0 || flags > 3) return fail(L, 'Invalid replication flags. Use REPL_AOF, REPL_REPLICA, REPL_ALL or REPL_NONE.');
      return flags === 3 ? 0 : fail(L, "unsupported form of 'redis.set_repl' in the simulated Redis: only REPL_ALL");
    },
  };
}

/** `math.random` and `math.randomseed` over the generator of the server whose script runs. */
export function randomFunctions(api: LuaApi, memory: LuaMemory, random: () => DeterministicRandom): Record<string, NativeFunction> {
  const emptyInterval = memory.permanent('interval is empty');
  const integer = (L: number, index: number): number => Math.trunc(api.luaL_checknumber(L, index)) | 0;
  return {
    random: (L) => {
      const fraction = random().next();
      const count = api.lua_gettop(L);
      if (count === 0) api.lua_pushnumber(L, fraction);
      else if (count === 1) {
        const upper = integer(L, 1);
        if (upper < 1) return api.luaL_argerror(L, 1, emptyInterval);
        api.lua_pushnumber(L, Math.floor(fraction * upper) + 1);
      } else if (count === 2) {
        const lower = integer(L, 1);
        const upper = integer(L, 2);
        if (lower > upper) return api.luaL_argerror(L, 2, emptyInterval);
        api.lua_pushnumber(L, Math.floor(fraction * ((upper - lower + 1) | 0)) + lower);
      } else {
        api.luaL_where(L, 1);
        memory.push(L, 'wrong number of arguments');
        api.lua_concat(L, 2);
        return api.lua_error(L);
      }
      return 1;
    },
    randomseed: (L) => {
      random().seed(integer(L, 1));
      return 0;
    },
  };
}

/** What the sandbox needs for integers that C's 32 bits here cannot hold. */
export function integerFunctions(api: LuaApi, memory: LuaMemory): Record<string, NativeFunction> {
  return {
    format_integer: (L) => {
      const kind = memory.read(L, 4) ?? '';
      const value = toC(api.lua_tonumber(L, 5), kind === 'd' || kind === 'i');
      memory.push(L, formatInteger(memory.read(L, 1) ?? '', memory.read(L, 2) ?? '', memory.read(L, 3) ?? '', kind, value));
      return 1;
    },
    parse_integer: (L) => {
      const value = parseUnsigned(cString(memory.read(L, 1) ?? ''), api.lua_tonumber(L, 2));
      if (value === undefined) api.lua_pushnil(L);
      else api.lua_pushnumber(L, value);
      return 1;
    },
  };
}

/** A double as C on x86-64 casts it to a 64-bit integer. */
function toC(value: number, signed: boolean): bigint {
  if (signed || !(value >= 2 ** 63)) return BigInt(truncateToInt64(value));
  return value < 2 ** 64 ? BigInt(value) : 0n;
}

/** The library `bit`: 32-bit operations whose results are signed. */
export function bitFunctions(api: LuaApi, memory: LuaMemory): Record<string, NativeFunction> {
  // Adding this puts the integer part of a double, rounded, into the lowest 32 bits of its mantissa.
  const MAGIC = 6755399441055744;
  const double = new Float64Array(1);
  const words = new Int32Array(double.buffer);
  const operand = (L: number, index: number): number => {
    double[0] = api.luaL_checknumber(L, index) + MAGIC;
    return words[0] ?? 0;
  };
  const unary =
    (operation: (a: number) => number): NativeFunction =>
    (L) => {
      api.lua_pushnumber(L, operation(operand(L, 1)));
      return 1;
    };
  const binary =
    (operation: (a: number, b: number) => number): NativeFunction =>
    (L) => {
      api.lua_pushnumber(L, operation(operand(L, 1), operand(L, 2)));
      return 1;
    };
  const shift = (operation: (a: number, by: number) => number) => binary((a, by) => operation(a, by & 31) | 0);
  const fold =
    (operation: (a: number, b: number) => number): NativeFunction =>
    (L) => {
      const count = api.lua_gettop(L);
      let result = operand(L, 1);
      for (let i = 2; i <= count; i += 1) result = operation(result, operand(L, i));
      api.lua_pushnumber(L, result);
      return 1;
    };
  return {
    tobit: unary((a) => a),
    bnot: unary((a) => ~a),
    bswap: unary((a) => (a >>> 24) | ((a >>> 8) & 0xff00) | ((a & 0xff00) << 8) | (a << 24) | 0),
    band: fold((a, b) => a & b),
    bor: fold((a, b) => a | b),
    bxor: fold((a, b) => a ^ b),
    lshift: shift((a, by) => a << by),
    rshift: shift((a, by) => a >>> by),
    arshift: shift((a, by) => a >> by),
    rol: shift((a, by) => (by === 0 ? a : (a << by) | (a >>> (32 - by)))),
    ror: shift((a, by) => (by === 0 ? a : (a >>> by) | (a << (32 - by)))),
    tohex: (L) => {
      const value = operand(L, 1) >>> 0;
      const asked = api.lua_gettop(L) < 2 ? 8 : operand(L, 2);
      const digits = Math.min(8, Math.abs(asked));
      const text = digits === 0 ? '' : value.toString(16).padStart(8, '0').slice(-digits);
      memory.push(L, asked < 0 ? text.toUpperCase() : text);
      return 1;
    },
  };
}

/** The index at which a C function finds its first upvalue. */
const FIRST_UPVALUE = -10003;
const ALL_RESULTS = -1;

/**
 * Shows a function of the sandbox as if it were written in C: an error that it throws itself gets the place of its caller (which a Lua
 * function loses when it is called in tail position) and its own name. Errors of what it calls pass.
 */
export function wrapped(api: LuaApi, memory: LuaMemory, name: string): NativeFunction {
  return (L) => {
    const count = api.lua_gettop(L);
    api.lua_pushvalue(L, FIRST_UPVALUE);
    api.lua_insert(L, 1);
    if (api.lua_pcall(L, count, ALL_RESULTS, 0) === 0) return api.lua_gettop(L);
    const message = api.lua_type(L, -1) === LuaType.String ? (memory.read(L, -1) ?? '') : '';
    if (!message.startsWith('sandbox:')) return api.lua_error(L);
    api.luaL_where(L, 1);
    memory.push(L, message.replace(/^sandbox:[0-9]+: /, '').replace(/^(bad argument #[0-9]+) to '[^']*'/, `$1 to '${name}'`));
    api.lua_concat(L, 2);
    return api.lua_error(L);
  };
}

/** `pcall`: Redis unwraps the error tables of its own, so that scripts get a text. */
export function protectedCall(api: LuaApi, memory: LuaMemory): NativeFunction {
  const err = memory.permanent('err');
  const valueExpected = memory.permanent('value expected');
  return (L) => {
    const count = api.lua_gettop(L);
    if (count === 0) return api.luaL_argerror(L, 1, valueExpected);
    const failed = api.lua_pcall(L, count - 1, ALL_RESULTS, 0) !== 0;
    if (failed && api.lua_type(L, -1) === LuaType.Table) {
      api.lua_getfield(L, -1, err);
      const type = api.lua_type(L, -1);
      if (type === LuaType.String || type === LuaType.Number) api.lua_replace(L, -2);
      else api.lua_settop(L, -2);
    }
    api.lua_pushboolean(L, failed ? 0 : 1);
    api.lua_insert(L, 1);
    return api.lua_gettop(L);
  };
}
