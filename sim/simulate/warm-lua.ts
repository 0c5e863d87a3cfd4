import { createLuaRuntime, type LuaRuntime } from '../servers/redis/lua/lua-runtime.js';

let warm: Promise<LuaRuntime> | null = null;

/** The Lua machine of this thread: scripts share nothing between runs, so one serves them all, until it breaks in an endless one. */
export async function warmLua(): Promise<LuaRuntime> {
  const known = await (warm ??= createLuaRuntime());
  return known.isBroken ? (warm = createLuaRuntime()) : known;
}
