import { formatDouble } from '../values/double.js';
import type { RespValue, RespVerbatim } from '../resp-value.js';
import { OK } from '../resp-value.js';
import { truncateToInt64 } from '../values/int64.js';
import type { LuaMemory } from './lua-memory.js';
import type { LuaApi } from './lua-module.js';
import { LuaType } from './lua-module.js';

/** To look at so many keys is cheaper than to ask for every field. */
const SHORT = 6;

/** Replies of commands as Lua values, and Lua values as replies of scripts, by the rules of Redis. */
export class LuaReplies {
  readonly #api: LuaApi;
  readonly #memory: LuaMemory;
  readonly #ok: number;
  readonly #err: number;
  readonly #counted: number;

  constructor(api: LuaApi, memory: LuaMemory) {
    this.#api = api;
    this.#memory = memory;
    this.#ok = memory.permanent('ok');
    this.#err = memory.permanent('err');
    this.#counted = memory.permanent('ignore_error_stats_update');
  }

  /** Pushes a command's reply (of RESP2) as a script sees it. */
  push(L: number, reply: RespValue): void {
    const api = this.#api;
    if (typeof reply === 'string') this.#memory.push(L, reply);
    else if (typeof reply === 'number') api.lua_pushnumber(L, reply);
    else if (reply === null) api.lua_pushboolean(L, 0);
    else if (typeof reply === 'bigint') api.lua_pushnumber(L, Number(reply));
    else if ('status' in reply) this.#pushField(L, this.#ok, reply.status);
    else if ('error' in reply) this.#pushError(L, reply.error);
    else if ('nullArray' in reply) api.lua_pushboolean(L, 0);
    else if (Array.isArray(reply)) this.#pushArray(L, reply as readonly RespValue[]);
    else throw new Error('a command answered a script in RESP3');
  }

  /** Takes the value on top of the stack as a script's reply to a client of this protocol. Errors stand where they stood; too deep a nesting is one. */
  take(L: number, protocol: 2 | 3): RespValue {
    const api = this.#api;
    if (api.lua_checkstack(L, 4) === 0) {
      api.lua_settop(L, -2);
      return { error: 'ERR reached lua stack limit' };
    }
    const reply = this.#read(L, protocol);
    api.lua_settop(L, -2);
    return reply;
  }

  #read(L: number, protocol: 2 | 3): RespValue {
    const api = this.#api;
    switch (api.lua_type(L, -1)) {
      case LuaType.String:
        return this.#memory.read(L, -1) ?? '';
      case LuaType.Number:
        return truncateToInt64(api.lua_tonumber(L, -1));
      case LuaType.Boolean:
        return api.lua_toboolean(L, -1) === 0 ? null : 1;
      case LuaType.Table:
        return this.#readTable(L, protocol);
      default:
        return null;
    }
  }

  /** Redis asks a table for these fields in turn; without any it is an array. */
  #readTable(L: number, protocol: 2 | 3): RespValue {
    if (this.#isShortList(L)) return this.#array(L, protocol);
    const err = this.#text(L, 'err');
    if (err !== undefined) return { error: asLine(err.replace(/^-/, '')) };
    const ok = this.#text(L, 'ok');
    if (ok !== undefined) return ok === 'OK' ? OK : { status: inOneLine(cString(ok)) };
    const double = this.#double(L);
    if (double !== undefined) return protocol === 3 ? { double } : formatDouble(double);
    const big = this.#text(L, 'big_number');
    if (big !== undefined) return protocol === 3 ? { bigNumber: inOneLine(big) } : inOneLine(big);
    const verbatim = this.#verbatim(L);
    if (verbatim !== undefined) return protocol === 3 ? verbatim : verbatim.verbatim;
    const map = this.#entries(L, 'map', protocol);
    if (map !== undefined) return protocol === 3 ? { map } : map.flat();
    const set = this.#entries(L, 'set', protocol)?.map(([member]) => member);
    if (set !== undefined) return protocol === 3 ? { set } : set;
    return this.#array(L, protocol);
  }

  /** Whether the table on top has a few numbers for keys and nothing else, as most replies do: it needs not be asked for any field. */
  #isShortList(L: number): boolean {
    const api = this.#api;
    api.lua_pushnil(L);
    for (let count = 0; api.lua_next(L, -2) !== 0; count += 1) {
      const isItem = api.lua_type(L, -2) === LuaType.Number;
      if (!isItem || count === SHORT) {
        api.lua_settop(L, -3);
        return false;
      }
      api.lua_settop(L, -2);
    }
    return true;
  }

  /** Pushes a field of the table on top, past any metatable: a script's `__index` must not run here. */
  #get(L: number, field: string): number {
    this.#memory.push(L, field);
    this.#api.lua_rawget(L, -2);
    return this.#api.lua_type(L, -1);
  }

  #text(L: number, field: string): string | undefined {
    const text = this.#get(L, field) === LuaType.String ? this.#memory.read(L, -1) : undefined;
    this.#api.lua_settop(L, -2);
    return text;
  }

  #double(L: number): number | undefined {
    const value = this.#get(L, 'double') === LuaType.Number ? this.#api.lua_tonumber(L, -1) : undefined;
    this.#api.lua_settop(L, -2);
    return value;
  }

  /** Its format is for RESP3 alone, but must be there. */
  #verbatim(L: number): RespVerbatim | undefined {
    const isTable = this.#get(L, 'verbatim_string') === LuaType.Table;
    const format = isTable ? this.#text(L, 'format') : undefined;
    const verbatim = format === undefined ? undefined : this.#text(L, 'string');
    this.#api.lua_settop(L, -2);
    return format === undefined || verbatim === undefined ? undefined : { verbatim, format };
  }

  /** What a map or a set holds, a set's members with values that mean nothing; undefined when the field is no table. */
  #entries(L: number, field: string, protocol: 2 | 3): (readonly [RespValue, RespValue])[] | undefined {
    const api = this.#api;
    if (this.#get(L, field) !== LuaType.Table) {
      api.lua_settop(L, -2);
      return undefined;
    }
    const entries: (readonly [RespValue, RespValue])[] = [];
    api.lua_pushnil(L);
    while (api.lua_next(L, -2) !== 0) {
      // The key below stays for lua_next; what `take` takes are the value and a copy of the key.
      api.lua_pushvalue(L, -2);
      const name = this.take(L, protocol);
      entries.push([name, this.take(L, protocol)]);
    }
    api.lua_settop(L, -2);
    return entries;
  }

  #array(L: number, protocol: 2 | 3): RespValue {
    const api = this.#api;
    const items: RespValue[] = [];
    for (let i = 1; ; i += 1) {
      api.lua_rawgeti(L, -1, i);
      if (api.lua_type(L, -1) === LuaType.Nil) break;
      items.push(this.take(L, protocol));
    }
    api.lua_settop(L, -2);
    return items;
  }

  #pushField(L: number, field: number, text: string): void {
    this.#api.lua_createtable(L, 0, 1);
    this.#memory.push(L, text);
    this.#api.lua_setfield(L, -2, field);
  }

  /** A script that looks finds that Redis marks the errors which it has counted. */
  #pushError(L: number, text: string): void {
    this.#api.lua_createtable(L, 0, 0);
    this.#memory.push(L, text);
    this.#api.lua_setfield(L, -2, this.#err);
    this.#api.lua_pushboolean(L, 1);
    this.#api.lua_setfield(L, -2, this.#counted);
  }

  #pushArray(L: number, items: readonly RespValue[]): void {
    this.#api.lua_createtable(L, items.length, 0);
    for (let i = 0; i < items.length; i += 1) {
      this.push(L, items[i] ?? null);
      this.#api.lua_rawseti(L, -2, i + 1);
    }
  }
}

/** An error as a line of the protocol: as much as a C string holds, without line breaks at its end. */
export const asLine = (text: string): string => inOneLine(cString(text).replace(/[\r\n]+$/, ''));

/** Redis turns each line break into a space. */
const inOneLine = (text: string): string => text.replace(/[\r\n]/g, ' ');

/** What C sees of a string: nothing from its first zero byte on. */
export function cString(text: string): string {
  const end = text.indexOf('\0');
  return end < 0 ? text : text.slice(0, end);
}
