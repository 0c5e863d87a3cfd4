/** The part of lua-cjson that scripts use: `encode`, `decode`, `null`, with its limits and its way of writing. Settings are refused by name. */
export const CJSON = String.raw`
local null, define = ...
local type, error, ipairs, pairs, select, tostring, tonumber = type, error, ipairs, pairs, select, tostring, tonumber
local format, byte, sub, find, gsub, char, floor, huge = string.format, string.byte, string.sub, string.find, string.gsub, string.char, math.floor, math.huge
local concat = table.concat

local MAX_DEPTH = 1000
local SPARSE_RATIO, SPARSE_SAFE = 2, 10

local escapes = { ['"'] = '\\"', ['\\'] = '\\\\', ['/'] = '\\/', ['\b'] = '\\b', ['\f'] = '\\f', ['\n'] = '\\n', ['\r'] = '\\r', ['\t'] = '\\t' }

local function escape(c)
  return escapes[c] or format('\\u%04x', byte(c))
end

local function quote(text)
  return '"' .. gsub(text, '[%z\1-\31"\\/\127]', escape) .. '"'
end

local function number_text(value)
  if value ~= value or value == huge or value == -huge then error('Cannot serialise number: must not be NaN or Inf') end
  return format('%.14g', value)
end

-- The length of a table that is an array, or nil for an object.
local function array_length(value)
  local largest, items = 0, 0
  for key in pairs(value) do
    if type(key) ~= 'number' or key < 1 or floor(key) ~= key then return nil end
    if key > largest then largest = key end
    items = items + 1
  end
  if largest > items * SPARSE_RATIO and largest > SPARSE_SAFE then error('Cannot serialise table: excessively sparse array') end
  return largest
end

local append

local function append_table(out, value, depth)
  if depth > MAX_DEPTH then error('Cannot serialise, excessive depth (' .. depth .. ')') end
  local length = array_length(value)
  if length and length > 0 then
    out[#out + 1] = '['
    for i = 1, length do
      if i > 1 then out[#out + 1] = ',' end
      append(out, value[i], depth)
    end
    out[#out + 1] = ']'
    return
  end
  out[#out + 1] = '{'
  local first = true
  for key, item in pairs(value) do
    if not first then out[#out + 1] = ',' end
    first = false
    if type(key) == 'number' then out[#out + 1] = '"' .. number_text(key) .. '":'
    elseif type(key) == 'string' then out[#out + 1] = quote(key) .. ':'
    else error('Cannot serialise ' .. type(key) .. ': table key must be a number or string') end
    append(out, item, depth)
  end
  out[#out + 1] = '}'
end

function append(out, value, depth)
  local kind = type(value)
  if kind == 'string' then out[#out + 1] = quote(value)
  elseif kind == 'number' then out[#out + 1] = number_text(value)
  elseif kind == 'boolean' then out[#out + 1] = tostring(value)
  elseif kind == 'nil' or value == null then out[#out + 1] = 'null'
  elseif kind == 'table' then append_table(out, value, depth + 1)
  else error('Cannot serialise ' .. kind .. ': type not supported') end
end

local cjson = { null = null, _NAME = 'cjson', _VERSION = '2.1.0' }

define(cjson, 'encode', function(...)
  if select('#', ...) ~= 1 then error("bad argument #1 to '?' (expected 1 argument)") end
  local out = {}
  append(out, (...), 0)
  return concat(out)
end)

local token_names = {
  ['{'] = 'T_OBJ_BEGIN', ['}'] = 'T_OBJ_END', ['['] = 'T_ARR_BEGIN', [']'] = 'T_ARR_END', [','] = 'T_COMMA', [':'] = 'T_COLON',
}

local number_patterns = {
  '^[%+%-]?0[xX]%x+', '^[%+%-]?%d+%.?%d*[eE][%+%-]?%d+', '^[%+%-]?%d+%.?%d*', '^[%+%-]?[iI][nN][fF]', '^[%+%-]?[nN][aA][nN]',
}

local unescapes = { ['"'] = '"', ['\\'] = '\\', ['/'] = '/', b = '\b', f = '\f', n = '\n', r = '\r', t = '\t' }

local function utf8(code)
  if code < 0x80 then return char(code) end
  if code < 0x800 then return char(0xc0 + floor(code / 64), 0x80 + code % 64) end
  if code < 0x10000 then return char(0xe0 + floor(code / 4096), 0x80 + floor(code / 64) % 64, 0x80 + code % 64) end
  return char(0xf0 + floor(code / 262144), 0x80 + floor(code / 4096) % 64, 0x80 + floor(code / 64) % 64, 0x80 + code % 64)
end

-- What stands at a position: kind, value, where it ends. Kinds are the names that lua-cjson gives to tokens in its messages.
local function token(text, at)
  at = find(text, '[^ \t\r\n]', at) or #text + 1
  if at > #text then return 'T_END', nil, at, at end
  local c = sub(text, at, at)
  if token_names[c] then return token_names[c], nil, at, at + 1 end
  if c == '"' then
    local out, i = {}, at + 1
    while true do
      local stop = find(text, '["\\%z\1-\31]', i)
      if not stop then return 'unexpected end of string', nil, #text + 1, i end
      out[#out + 1] = sub(text, i, stop - 1)
      local mark = sub(text, stop, stop)
      if mark == '"' then return 'T_STRING', concat(out), at, stop + 1 end
      if mark ~= '\\' then
        out[#out + 1] = mark
        i = stop + 1
      else
        local kind = sub(text, stop + 1, stop + 1)
        if kind == 'u' then
          local code = find(text, '^%x%x%x%x', stop + 2) and tonumber(sub(text, stop + 2, stop + 5), 16)
          if not code then return 'invalid unicode escape code', nil, stop, stop end
          i = stop + 6
          if code >= 0xdc00 and code <= 0xdfff then return 'invalid unicode escape code', nil, stop, stop end
          if code >= 0xd800 and code <= 0xdbff then
            local low = find(text, '^\\u%x%x%x%x', i) and tonumber(sub(text, i + 2, i + 5), 16)
            if not low or low < 0xdc00 or low > 0xdfff then return 'invalid unicode escape code', nil, stop, stop end
            code = (code - 0xd800) * 1024 + (low - 0xdc00) + 0x10000
            i = i + 6
          end
          out[#out + 1] = utf8(code)
        elseif unescapes[kind] then
          out[#out + 1] = unescapes[kind]
          i = stop + 2
        else
          return 'invalid escape code', nil, stop, stop
        end
      end
    end
  end
  if sub(text, at, at + 3) == 'true' then return 'T_BOOLEAN', true, at, at + 4 end
  if sub(text, at, at + 4) == 'false' then return 'T_BOOLEAN', false, at, at + 5 end
  if sub(text, at, at + 3) == 'null' then return 'T_NULL', null, at, at + 4 end
  -- Numbers are whatever strtod takes.
  for _, pattern in ipairs(number_patterns) do
    local _, stop = find(text, pattern, at)
    if stop then return 'T_NUMBER', tonumber(sub(text, at, stop)), at, stop + 1 end
  end
  return find(text, '^[%+%-0-9]', at) and 'invalid number' or 'invalid token', nil, at, at
end

local function expected(what, kind, at)
  error('Expected ' .. what .. ' but found ' .. kind .. ' at character ' .. at)
end

local function value_of(text, kind, value, at, after, depth)
  if kind == 'T_STRING' or kind == 'T_NUMBER' or kind == 'T_BOOLEAN' or kind == 'T_NULL' then return value, after end
  if kind ~= 'T_OBJ_BEGIN' and kind ~= 'T_ARR_BEGIN' then expected('value', kind, at) end
  depth = depth + 1
  if depth > MAX_DEPTH then error('Found too many nested data structures (' .. depth .. ') at character ' .. at) end
  local result = {}
  if kind == 'T_ARR_BEGIN' then
    kind, value, at, after = token(text, after)
    if kind == 'T_ARR_END' then return result, after end
    local count = 0
    while true do
      count = count + 1
      result[count], after = value_of(text, kind, value, at, after, depth)
      kind, value, at, after = token(text, after)
      if kind == 'T_ARR_END' then return result, after end
      if kind ~= 'T_COMMA' then expected('comma or array end', kind, at) end
      kind, value, at, after = token(text, after)
    end
  end
  kind, value, at, after = token(text, after)
  if kind == 'T_OBJ_END' then return result, after end
  while true do
    if kind ~= 'T_STRING' then expected('object key string', kind, at) end
    local key = value
    kind, value, at, after = token(text, after)
    if kind ~= 'T_COLON' then expected('colon', kind, at) end
    kind, value, at, after = token(text, after)
    result[key], after = value_of(text, kind, value, at, after, depth)
    kind, value, at, after = token(text, after)
    if kind == 'T_OBJ_END' then return result, after end
    if kind ~= 'T_COMMA' then expected('comma or object end', kind, at) end
    kind, value, at, after = token(text, after)
  end
end

define(cjson, 'decode', function(...)
  if select('#', ...) ~= 1 then error("bad argument #1 to '?' (expected 1 argument)") end
  local text = ...
  if type(text) == 'number' then text = tostring(text) end
  if type(text) ~= 'string' then error("bad argument #1 to '?' (string expected, got " .. type(text) .. ')') end
  local kind, value, at, after = token(text, 1)
  local result
  result, after = value_of(text, kind, value, at, after, 0)
  kind, value, at = token(text, after)
  if kind ~= 'T_END' then expected('the end', kind, at) end
  return result
end)

for _, name in pairs({ 'encode_sparse_array', 'encode_max_depth', 'decode_max_depth', 'encode_number_precision', 'encode_keep_buffer',
  'encode_invalid_numbers', 'decode_invalid_numbers', 'new' }) do
  define(cjson, name, function() error("unsupported function 'cjson." .. name .. "' in the simulated Redis") end)
end
return cjson
`;
