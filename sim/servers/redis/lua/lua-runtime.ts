import type { RespValue } from '../resp-value.js';
import type { Script } from '../script-library.js';
import { formatDouble } from '../values/double.js';
import { REDIS_VERSION, REDIS_VERSION_NUMBER } from '../version.js';
import { CJSON } from './cjson.lua.js';
import { LuaMemory } from './lua-memory.js';
import type { LuaApi } from './lua-module.js';
import { isLuaJump, loadLuaModule, LUA_GLOBALS, LUA_REGISTRY, LuaType, toFunctionPointer } from './lua-module.js';
import { asLine, cString, LuaReplies } from './lua-replies.js';
import type { NativeFunction } from './native-functions.js';
import { bitFunctions, integerFunctions, protectedCall, randomFunctions, redisFunctions, wrapped } from './native-functions.js';
import { SANDBOX } from './sandbox.lua.js';
import type { ScriptHost } from './script-host.js';

export interface LuaRuntimeOptions {
  /**
   * How many Lua instructions a script may run before it is stopped with an error. Redis would go on and answer everyone else
   * with BUSY; a simulation must end. Default: 10 million, about a tenth of a second.
   */
  readonly instructionBudget?: number;
}

const DEFAULT_BUDGET = 10_000_000;
const MASK_LINE = 4;
const MASK_COUNT = 8;
/** Where the stack keeps the table of globals and the error handler between runs. */
const GLOBALS_SLOT = 1;
const HANDLER_SLOT = 2;

/** Makes a warm Lua 5.1 for scripts. One is enough for a thread: scripts share nothing between runs. */
export async function createLuaRuntime(options: LuaRuntimeOptions = {}): Promise<LuaRuntime> {
  return new LuaRuntime(await loadLuaModule(), options.instructionBudget ?? DEFAULT_BUDGET);
}

/** Compiles scripts, each once, and runs them on behalf of whichever server asks. */
export class LuaRuntime {
  readonly #api: LuaApi;
  readonly #L: number;
  readonly #memory: LuaMemory;
  readonly #replies: LuaReplies;
  readonly #budget: number;
  readonly #hook: number;
  /** Compiled scripts in the registry, by SHA-1 of their text. */
  readonly #compiled = new Map<string, number>();
  readonly #keysName: number;
  readonly #argvName: number;
  #host: ScriptHost | undefined;
  #runNumber = 0;
  /** An exception went through the VM past its own handlers (a host's stack overflow): what it left behind is not to be used. */
  #broken = false;
  /** An exception of ours that must not be mistaken for an error of the script. */
  #failure: { readonly thrown: unknown } | undefined;

  /** Use `createLuaRuntime`. */
  constructor(api: LuaApi, budget: number) {
    this.#api = api;
    this.#budget = budget;
    this.#L = api.luaL_newstate();
    this.#memory = new LuaMemory(api);
    this.#replies = new LuaReplies(api, this.#memory);
    this.#keysName = this.#memory.permanent('KEYS');
    this.#argvName = this.#memory.permanent('ARGV');
    this.#hook = toFunctionPointer(api, (L = 0) => this.#overBudget(L), 2, 0);
    this.#openSandbox();
  }

  /** A script was broken off in the middle, and not by its budget: this one is of no more use. To be asked between scripts. */
  get isBroken(): boolean {
    return this.#broken || this.#host !== undefined;
  }

  /** Compiles a script unless that was done; returns the error reply of one that does not compile. */
  compile(script: Script): string | undefined {
    if (this.#compiled.has(script.sha)) return undefined;
    // Without its first line, a script keeps its line numbers.
    const text = script.text.startsWith('#!') ? script.text.replace(/^[^\n]*/, '') : script.text;
    const problem = this.#load(text, '@user_script');
    if (problem !== undefined) return `ERR Error compiling script (new function): ${problem}`;
    this.#compiled.set(script.sha, this.#api.luaL_ref(this.#L, LUA_REGISTRY));
    return undefined;
  }

  /** Runs a script to its end and returns its reply. What it does to data it does through the host. */
  run(script: Script, keys: readonly string[], args: readonly string[], host: ScriptHost): RespValue {
    const api = this.#api;
    const L = this.#L;
    const compiled = this.#compiled.get(script.sha) ?? this.#compileKnown(script);
    if (this.#host !== undefined) throw new Error('a script cannot run inside another');
    if (this.#broken) throw new Error('this Lua broke in an earlier script: make a new one');
    this.#host = host;
    this.#runNumber += 1;
    this.#setGlobal(this.#keysName, keys);
    this.#setGlobal(this.#argvName, args);
    api.lua_rawgeti(L, LUA_REGISTRY, compiled);
    api.lua_sethook(L, this.#hook, MASK_COUNT, this.#budget);
    try {
      this.#broken = true;
      const status = api.lua_pcall(L, 0, 1, HANDLER_SLOT);
      this.#broken = false;
      if (this.#failure !== undefined) throw this.#failure.thrown;
      return status === 0 ? this.#replies.take(L, host.protocol) : this.#takeError(script);
    } finally {
      this.#failure = undefined;
      this.#host = undefined;
      api.lua_settop(L, HANDLER_SLOT);
    }
  }

  #compileKnown(script: Script): number {
    const problem = this.compile(script);
    const compiled = this.#compiled.get(script.sha);
    if (compiled === undefined) throw new Error(`script ${script.sha} compiled before and does not now: ${problem ?? ''}`);
    return compiled;
  }

  #setGlobal(name: number, values: readonly string[]): void {
    const api = this.#api;
    const L = this.#L;
    api.lua_createtable(L, values.length, 0);
    for (let i = 0; i < values.length; i += 1) {
      this.#memory.push(L, values[i] ?? '');
      api.lua_rawseti(L, -2, i + 1);
    }
    api.lua_setfield(L, GLOBALS_SLOT, name);
  }

  /** The error on top of the stack: a table that the handler has completed with the place. */
  #takeError(script: Script): RespValue {
    const L = this.#L;
    if (this.#api.lua_type(L, -1) !== LuaType.Table) {
      return { error: `ERR Error running script ${script.sha}, ${this.#memory.read(L, -1) ?? 'execution failure'}` };
    }
    const message = this.#field(L, 'err');
    const source = this.#field(L, 'source');
    const line = this.#field(L, 'line');
    const place = source === undefined || line === undefined ? '' : ` script: ${script.sha}, on ${source}:${line}.`;
    return { error: asLine(`${cString(message ?? 'ERR unknown error').replace(/^-/, '')}${place}`) };
  }

  #field(L: number, name: string): string | undefined {
    this.#memory.push(L, name);
    this.#api.lua_rawget(L, -2);
    const text = this.#memory.read(L, -1);
    this.#api.lua_settop(L, -2);
    return text;
  }

  /** redis.call and redis.pcall: errors are thrown by the one and returned by the other. */
  #call(L: number, throwing: boolean): number {
    const api = this.#api;
    const memory = this.#memory;
    const count = api.lua_gettop(L);
    const args: string[] = [];
    let reply: RespValue | undefined;
    for (let i = 1; i <= count; i += 1) {
      const text = api.lua_type(L, i) === LuaType.Number ? formatDouble(api.lua_tonumber(L, i)) : memory.read(L, i);
      if (text === undefined) {
        reply = { error: 'ERR Lua redis lib command arguments must be strings or integers' };
        break;
      }
      args.push(text);
    }
    if (count === 0) reply = { error: 'ERR Please specify at least one argument for this redis lib call' };
    reply ??= this.#running().call(args);
    this.#replies.push(L, reply);
    const failed = typeof reply === 'object' && reply !== null && 'error' in reply;
    return failed && throwing ? api.lua_error(L) : 1;
  }

  #running(): ScriptHost {
    if (this.#host === undefined) throw new Error('a function of redis was called outside a script');
    return this.#host;
  }

  #overBudget(L: number): void {
    // From now on at each line, so that a script that catches the error does not get far.
    this.#api.lua_sethook(L, this.#hook, MASK_LINE | MASK_COUNT, 1);
    this.#memory.push(L, `script stopped after ${this.#budget} Lua instructions: the simulated Redis does not run endless scripts`);
    this.#api.lua_error(L);
  }

  /** A function for Lua. Its errors are Lua's; what it throws otherwise is ours, and is thrown again when the script has ended. */
  #pushFunction(body: NativeFunction, upvalues = 0, L = this.#L): void {
    const guarded = (at = 0): number => {
      try {
        return body(at);
      } catch (thrown) {
        if (isLuaJump(thrown)) throw thrown;
        this.#failure ??= { thrown };
        this.#memory.push(at, 'the simulated Redis failed');
        return this.#api.lua_error(at);
      }
    };
    this.#api.lua_pushcclosure(L, toFunctionPointer(this.#api, guarded, 1, 1), upvalues);
  }

  #pushFunctions(functions: Readonly<Record<string, NativeFunction>>): void {
    this.#api.lua_createtable(this.#L, 0, 0);
    this.#addFunctions(functions);
  }

  #addFunctions(functions: Readonly<Record<string, NativeFunction>>): void {
    for (const [name, body] of Object.entries(functions)) {
      this.#pushFunction(body);
      this.#api.lua_setfield(this.#L, -2, this.#memory.permanent(name));
    }
  }

  /** Loads a chunk onto the stack; returns the message of one that does not compile. */
  #load(text: string, name: string): string | undefined {
    const buffer = this.#memory.write(text);
    const status = this.#api.luaL_loadbuffer(this.#L, buffer, text.length, this.#memory.permanent(name));
    if (status === 0) return undefined;
    const message = this.#memory.read(this.#L, -1) ?? 'out of memory';
    this.#api.lua_settop(this.#L, -2);
    return message;
  }

  #openSandbox(): void {
    const api = this.#api;
    const L = this.#L;
    for (const open of [api.luaopen_base, api.luaopen_table, api.luaopen_string, api.luaopen_math, api.luaopen_debug]) open(L);
    api.lua_settop(L, 0);
    this.#loadOwn(SANDBOX, '=sandbox');
    this.#pushFunctions({
      call: (at) => this.#call(at, true),
      pcall: (at) => this.#call(at, false),
      run_number: (at) => {
        api.lua_pushnumber(at, this.#runNumber);
        return 1;
      },
      protected_call: protectedCall(api, this.#memory),
      wrap: (at) => {
        // (name, body) -> a C function that has the body for its upvalue.
        this.#pushFunction(wrapped(api, this.#memory, this.#memory.read(at, 1) ?? ''), 1, at);
        return 1;
      },
      ...redisFunctions(api, this.#memory),
      ...randomFunctions(api, this.#memory, () => this.#running().random),
      ...integerFunctions(api, this.#memory),
    });
    this.#pushFunctions(bitFunctions(api, this.#memory));
    api.lua_setfield(L, -2, this.#memory.permanent('bit'));
    api.lua_pushlightuserdata(L, 0);
    api.lua_setfield(L, -2, this.#memory.permanent('null'));
    this.#memory.push(L, REDIS_VERSION);
    api.lua_setfield(L, -2, this.#memory.permanent('version'));
    api.lua_pushnumber(L, REDIS_VERSION_NUMBER);
    api.lua_setfield(L, -2, this.#memory.permanent('version_number'));
    this.#loadOwn(CJSON, '=sandbox');
    if (api.lua_pcall(L, 2, 3, 0) !== 0) throw new Error(`the Lua sandbox does not start: ${this.#memory.read(L, -1) ?? ''}`);
    // On the stack now: globals as scripts see them, the table behind them, the error handler.
    api.lua_pushvalue(L, 1);
    api.lua_replace(L, LUA_GLOBALS);
    api.lua_remove(L, 1);
  }

  #loadOwn(text: string, name: string): void {
    const problem = this.#load(text, name);
    if (problem !== undefined) throw new Error(`the Lua sandbox does not compile: ${problem}`);
  }
}
