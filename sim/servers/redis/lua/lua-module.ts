import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

import type { WebAssemblyImport, WebAssemblyImports, WebAssemblyMemory, WebAssemblyModule, WebAssemblyTable } from './web-assembly.js';
import { webAssembly } from './web-assembly.js';

/**
 * The C API of Lua 5.1 as the WebAssembly build of `wasmoon-lua5.1` exports it. Pointers, lengths and indexes are numbers.
 *
 * We load the file without its JavaScript: that brings a file system, a clock and checks around each call, of which the first
 * two have no place in a simulation and the last costs more than the calls.
 */
export interface LuaApi {
  readonly memory: WebAssemblyMemory;
  readonly __indirect_function_table: WebAssemblyTable;
  readonly __wasm_call_ctors: () => void;
  readonly malloc: (size: number) => number;
  readonly setThrew: (threw: number, value: number) => void;
  readonly stackSave: () => number;
  readonly stackRestore: (pointer: number) => void;
  readonly luaL_newstate: () => number;
  readonly luaL_loadbuffer: (L: number, buffer: number, size: number, name: number) => number;
  readonly luaL_ref: (L: number, table: number) => number;
  readonly luaL_unref: (L: number, table: number, ref: number) => void;
  readonly luaL_where: (L: number, level: number) => void;
  readonly luaL_checknumber: (L: number, index: number) => number;
  readonly luaL_argerror: (L: number, index: number, message: number) => number;
  readonly luaopen_base: (L: number) => number;
  readonly luaopen_table: (L: number) => number;
  readonly luaopen_string: (L: number) => number;
  readonly luaopen_math: (L: number) => number;
  readonly luaopen_debug: (L: number) => number;
  readonly lua_gettop: (L: number) => number;
  readonly lua_settop: (L: number, index: number) => void;
  readonly lua_checkstack: (L: number, extra: number) => number;
  readonly lua_pushvalue: (L: number, index: number) => void;
  readonly lua_insert: (L: number, index: number) => void;
  readonly lua_remove: (L: number, index: number) => void;
  readonly lua_replace: (L: number, index: number) => void;
  readonly lua_type: (L: number, index: number) => number;
  readonly lua_isnumber: (L: number, index: number) => number;
  readonly lua_tonumber: (L: number, index: number) => number;
  readonly lua_toboolean: (L: number, index: number) => number;
  readonly lua_tolstring: (L: number, index: number, length: number) => number;
  readonly lua_pushnil: (L: number) => void;
  readonly lua_pushnumber: (L: number, value: number) => void;
  readonly lua_pushboolean: (L: number, value: number) => void;
  readonly lua_pushlstring: (L: number, bytes: number, length: number) => void;
  readonly lua_pushlightuserdata: (L: number, pointer: number) => void;
  readonly lua_pushcclosure: (L: number, func: number, upvalues: number) => void;
  readonly lua_createtable: (L: number, array: number, record: number) => void;
  readonly lua_getfield: (L: number, index: number, name: number) => void;
  readonly lua_setfield: (L: number, index: number, name: number) => void;
  readonly lua_gettable: (L: number, index: number) => void;
  readonly lua_rawget: (L: number, index: number) => void;
  readonly lua_rawgeti: (L: number, index: number, position: number) => void;
  readonly lua_rawseti: (L: number, index: number, position: number) => void;
  readonly lua_next: (L: number, index: number) => number;
  readonly lua_call: (L: number, args: number, results: number) => void;
  readonly lua_pcall: (L: number, args: number, results: number, handler: number) => number;
  readonly lua_concat: (L: number, count: number) => void;
  readonly lua_error: (L: number) => number;
  readonly lua_sethook: (L: number, hook: number, mask: number, count: number) => number;
  readonly lua_setfenv: (L: number, index: number) => number;
}

export const LUA_REGISTRY = -10000;
export const LUA_GLOBALS = -10002;

/** What `lua_type` answers. */
export const LuaType = { Nil: 0, Boolean: 1, LightUserdata: 2, Number: 3, String: 4, Table: 5 } as const;

/** What a C `longjmp` is in this build: a thrown number, caught where the C code called `setjmp`. */
const LONGJMP = Infinity;

/** Whether something caught is Lua on its way to its own handler: throw it on. */
export function isLuaJump(thrown: unknown): boolean {
  return thrown === LONGJMP;
}

/** Loads a new, empty Lua with a memory of its own. */
export async function loadLuaModule(): Promise<LuaApi> {
  const file = createRequire(import.meta.url).resolve('wasmoon-lua5.1/dist/liblua5.1.wasm');
  const module = await webAssembly.compile(await readFile(file));
  const box: { api?: LuaApi } = {};
  const instance = await webAssembly.instantiate(
    module,
    imports(module, () => box.api as LuaApi),
  );
  const api = instance.exports as unknown as LuaApi;
  box.api = api;
  api.__wasm_call_ctors();
  return api;
}

/** Makes a C function pointer of a JavaScript function that takes `parameters` 32-bit integers and returns `results` of them. */
export function toFunctionPointer(api: LuaApi, func: (...args: number[]) => number | void, parameters: 1 | 2, results: 0 | 1): number {
  const i32 = 0x7f;
  const signature = [0x60, parameters, ...Array<number>(parameters).fill(i32), results, ...Array<number>(results).fill(i32)];
  // A module that imports the function as e.f and exports it again: only an exported WebAssembly function may enter the table.
  const bytes = new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...[0x01, signature.length + 1, 0x01, ...signature],
    ...[0x02, 0x07, 0x01, 0x01, 0x65, 0x01, 0x66, 0x00, 0x00],
    ...[0x07, 0x05, 0x01, 0x01, 0x66, 0x00, 0x00],
  ]);
  const wrapper = new webAssembly.Instance(new webAssembly.Module(bytes), { e: { f: func } });
  const table = api.__indirect_function_table;
  const index = table.grow(1);
  table.set(index, wrapper.exports['f']);
  return index;
}

/** What the build wants of its environment: jumps and memory. Everything else would be a look outside, and is a bug. */
function imports(module: WebAssemblyModule, api: () => LuaApi): WebAssemblyImports {
  // Asking the table costs more than the call; what it holds at an index stays there.
  const functions = new Map<number, (a: number, b: number) => void>();
  const functionAt = (index: number): ((a: number, b: number) => void) => {
    let known = functions.get(index);
    if (known === undefined) functions.set(index, (known = api().__indirect_function_table.get(index) as (a: number, b: number) => void));
    return known;
  };
  const known: Record<string, WebAssemblyImport> = {
    invoke_vii: (func = 0, a = 0, b = 0) => {
      const { stackSave, stackRestore, setThrew } = api();
      const stack = stackSave();
      try {
        functionAt(func)(a, b);
      } catch (thrown) {
        stackRestore(stack);
        if (!isLuaJump(thrown)) throw thrown;
        setThrew(1, 0);
      }
    },
    _emscripten_throw_longjmp: () => {
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- this build's longjmp is a thrown number
      throw LONGJMP;
    },
    emscripten_memcpy_js: (target = 0, source = 0, size = 0) => {
      new Uint8Array(api().memory.buffer).copyWithin(target, source, source + size);
    },
    emscripten_resize_heap: (size = 0) => {
      const { memory } = api();
      const pages = Math.ceil((size - memory.buffer.byteLength) / 65536);
      try {
        memory.grow(pages);
        return 1;
      } catch {
        return 0;
      }
    },
    environ_sizes_get: (count = 0, size = 0) => {
      const view = new DataView(api().memory.buffer);
      view.setUint32(count, 0, true);
      view.setUint32(size, 0, true);
      return 0;
    },
    environ_get: () => 0,
  };
  const result: WebAssemblyImports = {};
  for (const { module: from, name } of webAssembly.Module.imports(module)) {
    const refuse: WebAssemblyImport = () => {
      throw new Error(`Lua reached for ${name}, which the simulated Redis does not give it`);
    };
    (result[from] ??= {})[name] = known[name] ?? refuse;
  }
  return result;
}
