import { createLuaRuntime, type LuaRuntime } from '../servers/redis/lua/lua-runtime.js';

let warm: Promise<LuaRuntime> | null = null;

/** The Lua machine of this thread: scripts share nothing between runs, so one serves them all. */
export const warmLua = (): Promise<LuaRuntime> => (warm ??= createLuaRuntime());
