/**
 * Makes a bare Lua 5.1 into the one that Redis 7.0 gives its scripts. Runs once, with the functions of `native-functions.ts` in
 * `native`; returns the globals as scripts see them, the table behind them, and the error handler of each run.
 *
 * Redis marks tables as read-only inside its patched Lua. Ours is unpatched, so scripts get empty stand-ins that read through
 * to the real tables and refuse writes, and the few functions that would not notice are wrapped. Whatever depends on the
 * memory of the VM (addresses, its size) or on 32-bit pointers (integers in formats) is replaced by what Redis shows.
 */
export const SANDBOX = String.raw`
local native, open_cjson = ...
local debug = debug
local type, error, select, setmetatable, getmetatable = type, error, select, setmetatable, getmetatable
local rawset, rawget, next, tostring, tonumber = rawset, rawget, next, tostring, tonumber
local loadstring, string_format, string_find, string_sub = loadstring, string.format, string.find, string.sub
local table_insert, unpack, concat = table.insert, unpack, table.concat

local READ_ONLY = 'Attempt to modify a readonly table'
local originals = {}

local function protect(original)
  local stand_in = setmetatable({}, { __index = original, __newindex = function() error(READ_ONLY, 2) end })
  originals[stand_in] = original
  return stand_in
end

local function refuse_library(name)
  local function refuse() error("unsupported library '" .. name .. "' in the simulated Redis", 2) end
  local stand_in = setmetatable({}, { __index = refuse, __newindex = refuse })
  originals[stand_in] = {}
  return stand_in
end

-- Errors in this file are thrown plainly: the wrapper below shows them as if the function were C, as it is in Redis.
local function expect_table(value, count, position)
  if type(value) ~= 'table' then
    error('bad argument #' .. position .. " to '?' (table expected, got " .. (count == 0 and 'no value' or type(value)) .. ')')
  end
end

local function define(library, name, body)
  library[name] = native.wrap(name, body)
end

local globals = {
  _VERSION = _VERSION, assert = assert, error = error, ipairs = ipairs, rawequal = rawequal, select = select,
  type = type, unpack = unpack, xpcall = xpcall, coroutine = coroutine, math = math, string = string, table = table,
}
local visible = protect(globals)
globals._G = visible

setmetatable(globals, {
  __index = function(_, name)
    error("Script attempted to access nonexistent global variable '" .. tostring(name) .. "'", 2)
  end,
})

define(globals, 'pairs', function(...)
  local original = originals[(...)]
  if original then return next, original, nil end
  local value = ...
  expect_table(value, select('#', ...), 1)
  return next, value, nil
end)

define(globals, 'next', function(...)
  local value, key = ...
  expect_table(value, select('#', ...), 1)
  return next(originals[value] or value, key)
end)

define(globals, 'rawget', function(...)
  local value, key = ...
  expect_table(value, select('#', ...), 1)
  return rawget(originals[value] or value, key)
end)

define(globals, 'rawset', function(...)
  local value, key, new = ...
  if originals[value] then error(READ_ONLY, 0) end
  expect_table(value, select('#', ...), 1)
  return rawset(value, key, new)
end)

local string_stand_in

define(globals, 'getmetatable', function(...)
  local value = ...
  if originals[value] then return nil end
  -- A fresh one, so that a script that changes it changes nothing for the next.
  if type(value) == 'string' then return { __index = string_stand_in } end
  if select('#', ...) == 0 then error("bad argument #1 to '?' (value expected)") end
  return getmetatable(value)
end)

define(globals, 'setmetatable', function(...)
  local value, metatable = ...
  if originals[value] then error(READ_ONLY, 0) end
  expect_table(value, select('#', ...), 1)
  if metatable ~= nil and type(metatable) ~= 'table' or select('#', ...) < 2 then
    error("bad argument #2 to '?' (nil or table expected)")
  end
  local old = getmetatable(value)
  if old and rawget(old, '__metatable') ~= nil then error('cannot change a protected metatable') end
  return setmetatable(value, metatable)
end)

globals.pcall = native.protected_call

-- Precompiled code could do anything to the VM.
local function load_text(...)
  local text = ...
  if type(text) == 'string' and text:byte(1) == 27 then return nil, 'precompiled scripts are not supported in the simulated Redis' end
  return loadstring(...)
end

define(globals, 'loadstring', load_text)

define(globals, 'load', function(reader, name)
  local pieces = {}
  while true do
    local piece = reader()
    if piece == nil or piece == '' then break end
    pieces[#pieces + 1] = piece
  end
  return load_text(concat(pieces), name or '=(load)')
end)

-- Addresses differ from run to run: number the objects of each script instead.
local run, numbers, count
local address_types = { table = true, ['function'] = true, userdata = true, thread = true }

define(globals, 'tostring', function(...)
  local value = ...
  if not address_types[type(value)] then
    if select('#', ...) == 0 then error("bad argument #1 to '?' (value expected)") end
    return tostring(value)
  end
  local metatable = getmetatable(value)
  if metatable and metatable.__tostring then return tostring(value) end
  if type(value) == 'userdata' then return 'userdata: (nil)' end
  if run ~= native.run_number() then run, numbers, count = native.run_number(), setmetatable({}, { __mode = 'k' }), 0 end
  if not numbers[value] then
    count = count + 1
    numbers[value] = count
  end
  return string_format('%s: 0x%012x', type(value), 16 * numbers[value])
end)

-- Here integers of C are 32 bits wide, in Redis they are 64.
define(globals, 'tonumber', function(...)
  local value, base = ...
  if base == nil or base == 10 then return tonumber(...) end
  if type(base) ~= 'number' and not tonumber(base) then
    error("bad argument #2 to '?' (number expected, got " .. type(base) .. ')')
  end
  if type(value) ~= 'string' and type(value) ~= 'number' then
    error("bad argument #1 to '?' (string expected, got " .. type(value) .. ')')
  end
  base = tonumber(base)
  if base < 2 or base > 36 then error("bad argument #2 to '?' (base out of range)") end
  return native.parse_integer(tostring(value), base)
end)

-- Integers are written by us and put in as text; all else is left to C.
define(globals.string, 'format', function(pattern, ...)
  if type(pattern) ~= 'string' or not string_find(pattern, '%%[%-+ #0]*%d*%.?%d*[diouxX]') then return string_format(pattern, ...) end
  local values, total = { ... }, select('#', ...)
  local out, position, at = {}, 0, 1
  while true do
    local start, stop, flags, width, precision, kind = string_find(pattern, '%%([%-+ #0]*)(%d*)(%.?%d*)(.)', at)
    if not start then break end
    out[#out + 1] = string_sub(pattern, at, start - 1)
    local specification = string_sub(pattern, start, stop)
    if kind ~= '%' then position = position + 1 end
    if string_find(kind, '[diouxX]') and #flags <= 5 and #width <= 2 and #precision <= 3 then
      local value = values[position]
      local number = (type(value) == 'number' or type(value) == 'string') and tonumber(value)
      if not number then
        -- What is wrong further left comes first.
        string_format(concat(out), unpack(values, 1, position - 1))
        local got = position > total and 'no value' or type(value)
        error('bad argument #' .. (position + 1) .. " to '?' (number expected, got " .. got .. ')')
      end
      values[position] = native.format_integer(flags, width, precision, kind, number)
      specification = '%s'
    end
    out[#out + 1] = specification
    at = stop + 1
  end
  out[#out + 1] = string_sub(pattern, at)
  return string_format(concat(out), unpack(values, 1, total))
end)

define(globals.table, 'insert', function(...)
  local list = ...
  if originals[list] then error(READ_ONLY, 0) end
  expect_table(list, select('#', ...), 1)
  local extra = select('#', ...)
  if extra ~= 2 and extra ~= 3 then error("wrong number of arguments to 'insert'") end
  return table_insert(...)
end)

-- How much memory there is in use says nothing about Redis.
define(globals, 'collectgarbage', function(option)
  if option == 'count' then return 64 end
  return 0
end)

define(globals, 'gcinfo', function() return 64 end)

-- Of two bad arguments Redis's build names the second.
for _, name in ipairs({ 'fmod', 'pow', 'atan2', 'ldexp' }) do
  local original = math[name]
  define(globals.math, name, function(...)
    local _, second = ...
    if type(second) ~= 'number' and not tonumber(second) then
      error("bad argument #2 to '?' (number expected, got " .. (select('#', ...) < 2 and 'no value' or type(second)) .. ')')
    end
    return original(...)
  end)
end

globals.math.random = native.random
globals.math.randomseed = native.randomseed

local redis = {
  call = native.call, pcall = native.pcall, sha1hex = native.sha1hex, error_reply = native.error_reply, status_reply = native.status_reply,
  log = native.log, setresp = native.setresp, set_repl = native.set_repl,
  replicate_commands = function() return true end,
  breakpoint = function() return false end,
  debug = function() end,
  acl_check_cmd = function() return true end,
  LOG_DEBUG = 0, LOG_VERBOSE = 1, LOG_NOTICE = 2, LOG_WARNING = 3,
  REPL_NONE = 0, REPL_AOF = 1, REPL_SLAVE = 2, REPL_REPLICA = 2, REPL_ALL = 3,
  REDIS_VERSION = native.version, REDIS_VERSION_NUM = native.version_number,
}

string_stand_in = protect(globals.string)
getmetatable('').__index = string_stand_in
globals.string = string_stand_in
globals.math = protect(globals.math)
globals.table = protect(globals.table)
globals.coroutine = protect(globals.coroutine)
globals.redis = protect(redis)
globals.bit = protect(native.bit)
globals.cjson = protect(open_cjson(native.null, define))
globals.struct = refuse_library('struct')
globals.cmsgpack = refuse_library('cmsgpack')

-- Where an error comes from: above the C function that threw it and above anything of this file.
local function error_handler(err)
  local level = 2
  local info = debug.getinfo(level, 'nSl')
  if info and info.what == 'C' then
    level = level + 1
    info = debug.getinfo(level, 'nSl')
  end
  while info and info.source == '=sandbox' do
    level = level + 1
    info = debug.getinfo(level, 'nSl')
  end
  if type(err) ~= 'table' then err = { err = 'ERR ' .. tostring(err) } end
  if info then
    err.source = info.source
    err.line = info.currentline
  end
  return err
end

return visible, globals, error_handler
`;
