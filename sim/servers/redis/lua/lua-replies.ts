import { formatDouble } from '../values/double.js';
import type { RespValue } from '../resp-value.js';
import { OK } from '../resp-value.js';
import { truncateToInt64 } from '../values/int64.js';
import type { LuaMemory } from './lua-memory.js';
import type { LuaApi } from './lua-module.js';
import { LuaType } from './lua-module.js';

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

  /** Takes the value on top of the stack as a script's reply. Errors stand where they stood; too deep a nesting is one. */
  take(L: number): RespValue {
    const api = this.#api;
    if (api.lua_checkstack(L, 4) === 0) {
      api.lua_settop(L, -2);
      return { error: 'ERR reached lua stack limit' };
    }
    const reply = this.#read(L);
    api.lua_settop(L, -2);
    return reply;
  }

  #read(L: number): RespValue {
    const api = this.#api;
    switch (api.lua_type(L, -1)) {
      case LuaType.String:
        return this.#memory.read(L, -1) ?? '';
      case LuaType.Number:
        return truncateToInt64(api.lua_tonumber(L, -1));
      case LuaType.Boolean:
        return api.lua_toboolean(L, -1) === 0 ? null : 1;
      case LuaType.Table:
        return this.#readTable(L);
      default:
        return null;
    }
  }

  /** Redis asks a table for these fields in turn; without any it is an array. */
  #readTable(L: number): RespValue {
    const err = this.#text(L, 'err');
    if (err !== undefined) return { error: asLine(err.replace(/^-/, '')) };
    const ok = this.#text(L, 'ok');
    if (ok !== undefined) return ok === 'OK' ? OK : { status: inOneLine(cString(ok)) };
    const double = this.#double(L);
    if (double !== undefined) return double;
    const big = this.#text(L, 'big_number');
    if (big !== undefined) return inOneLine(big);
    return this.#verbatim(L) ?? this.#pairs(L, 'map', true) ?? this.#pairs(L, 'set', false) ?? this.#array(L);
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

  #double(L: number): RespValue | undefined {
    const value = this.#get(L, 'double') === LuaType.Number ? this.#api.lua_tonumber(L, -1) : undefined;
    this.#api.lua_settop(L, -2);
    return value === undefined ? undefined : formatDouble(value);
  }

  /** Its format is for RESP3 alone, but must be there. */
  #verbatim(L: number): RespValue | undefined {
    const isTable = this.#get(L, 'verbatim_string') === LuaType.Table;
    const text = isTable && this.#text(L, 'format') !== undefined ? this.#text(L, 'string') : undefined;
    this.#api.lua_settop(L, -2);
    return text;
  }

  /** A map or a set, flat as RESP2 has them; undefined when the field is no table. */
  #pairs(L: number, field: string, withValues: boolean): RespValue | undefined {
    const api = this.#api;
    if (this.#get(L, field) !== LuaType.Table) {
      api.lua_settop(L, -2);
      return undefined;
    }
    const items: RespValue[] = [];
    api.lua_pushnil(L);
    while (api.lua_next(L, -2) !== 0) {
      // The key below stays for lua_next; what `take` takes are the value and a copy of the key.
      api.lua_pushvalue(L, -2);
      items.push(this.take(L));
      if (withValues) items.push(this.take(L));
      else api.lua_settop(L, -2);
    }
    api.lua_settop(L, -2);
    return items;
  }

  #array(L: number): RespValue {
    const api = this.#api;
    const items: RespValue[] = [];
    for (let i = 1; ; i += 1) {
      api.lua_rawgeti(L, -1, i);
      if (api.lua_type(L, -1) === LuaType.Nil) break;
      items.push(this.take(L));
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
    for (const [i, item] of items.entries()) {
      this.push(L, item);
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
