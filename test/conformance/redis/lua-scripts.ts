import type { Draw } from './step.js';
import { pick } from './step.js';

const NUMBERS = [
  ...['0', '1', '-1', '2', '3', '7', '10', '100', '0.1', '0.5', '1.5', '-2.5', '3.7', '1e3', '1e15', '123456789', '99999999999999', '100000000000000'],
  ...['1e16', '1e17', '1e100', '-1e300', '2^31', '2^32', '2^53', '2^53 - 1', '2^53 + 1', '9007199254740993', '9223372036854775807', '2^63', '-2^63'],
  ...['1790000000 * 1000000', '1790000000123456', '4294967296', '-2147483649', '1/0', '-1/0', '0/0', '1/3', '0x10', '5e-324', '1e-5', '0.0001'],
];
const STRINGS = [
  ...["'10'", "'0x10'", "'abc'", "''", "' 5 '", "'1e2'", "'a\\0b'", "'\\255'"],
  ...["'%d'", "'x/y'", "'10.5'", "'-3'", "'AbC'", "'aXbXc'", '"q\\"q"'],
];
const ODDITIES = [
  ...['nil', 'true', 'false', '{}', '{1, 2, 3}', "{'b', 'a', 'c'}", "{k = 'v'}", '{1, nil, 3}'],
  ...['KEYS', 'ARGV[1]', 'ARGV[9]', 'KEYS[1]', 'tostring', 'undefined'],
];
const NAMES = ['a', 'b', 'c'];
const OPERATORS = ['+', '-', '*', '/', '%', '^', '..', '==', '~=', '<', '<=', '>', '>=', 'and', 'or'];
const FORMATS = [
  ...['%d', '%5d', '%-5d|', '%05d', '%+d', '%x', '%X', '%o', '%u', '%i', '%#x', '%.3d'],
  ...['%s', '%10s', '%.2f', '%g', '%.14g', '%.17g', '%e', '%q', '%c', '%%', '%5.1f'],
];
const REPLACEMENTS = ["'-'", "'%1%1'", '{a = 1}', 'string.upper', "'%2'"];
const JSON_TEXTS = [
  ...['\'[1,2.5,"x"]\'', '\'{"a":{"b":[]}}\'', '\'{"k":[true,null]}\'', "'1e3'", '\'"\\\\u00fc\\\\n"\'', "'[]'", "' {} '"],
  ...["'[1,'", "'tru'", "'\"a'", "'01'"],
];
const CALLS = ["'LRANGE', 'list', 0, -1", "'NOSUCH'", "'GET'", "'EVAL', 'x', 0", "'TYPE', 'list'", "'MGET', KEYS[1], 'none'"];
const BITS = ['band', 'bor', 'bxor', 'lshift', 'rshift', 'arshift', 'rol', 'ror'];

type Expression = (draw: Draw, depth: number) => string;

const any = (draw: Draw, depth: number): string => (depth <= 0 ? leaf(draw) : pick(draw, EXPRESSIONS)(draw, depth - 1));

/** Mostly a number, so that not every second script is an error. */
const number = (draw: Draw, depth: number): string => {
  if (draw(25) === 0) return any(draw, depth);
  return depth <= 0 || draw(2) === 0 ? `(${pick(draw, NUMBERS)})` : arithmetic(draw, depth);
};

const text = (draw: Draw, depth: number): string => (draw(25) === 0 ? any(draw, depth) : draw(3) === 0 ? number(draw, depth - 1) : pick(draw, STRINGS));

const small = (draw: Draw): string => pick(draw, ['0', '1', '2', '3', '-1', '-2', '5', '1.5', "'2'", "'x'", 'nil', '{}']);

/** For loops and repetitions, which must end. */
const times = (draw: Draw): string => pick(draw, ['0', '1', '2', '3', '-1', '2.5', "'2'", "'x'", 'nil']);

const table = (draw: Draw, depth: number): string =>
  draw(20) === 0 ? any(draw, depth) : `{${Array.from({ length: draw(4) }, () => any(draw, depth - 1)).join(', ')}}`;

function leaf(draw: Draw): string {
  const kind = draw(30);
  if (kind < 15) return `(${pick(draw, NUMBERS)})`;
  if (kind < 25) return pick(draw, STRINGS);
  if (kind < 28) return pick(draw, NAMES);
  return pick(draw, ODDITIES);
}

const arithmetic: Expression = (draw, depth) => `(${number(draw, depth - 1)} ${pick(draw, ['+', '-', '*', '/', '%'])} ${number(draw, depth - 1)})`;

const EXPRESSIONS: readonly Expression[] = [
  arithmetic,
  arithmetic,
  (draw, depth) => `(${draw(2) === 0 ? any(draw, depth) : number(draw, depth)} ${pick(draw, OPERATORS)} ${number(draw, depth)})`,
  (draw, depth) => `(${number(draw, depth)} ${pick(draw, ['<', '<=', '==', '>', '~='])} ${number(draw, depth)})`,
  (draw, depth) => `(${text(draw, depth)} .. ${text(draw, depth)})`,
  (draw, depth) => `(${pick(draw, ['-', 'not '])}${number(draw, depth)})`,
  (draw) => `(${pick(draw, ['2', '10', '-3', '0.5'])} ^ ${pick(draw, ['0', '1', '2', '3', '10', '-1', '52', '63'])})`,
  // Not of tables or functions: an address is shown as no two servers have it.
  (draw, depth) => `tostring(${number(draw, depth)})`,
  (draw, depth) => `tonumber(${text(draw, depth)}${draw(3) === 0 ? `, ${pick(draw, ['2', '8', '10', '16', '36', '37'])}` : ''})`,
  (draw) => `tonumber(${pick(draw, ["'ffffffffff'", "'zz'", "'-ff'", "'7'", "'0xff'", "'1 1'", "''"])}, ${pick(draw, ['16', '36', '8', '2', '10', '1'])})`,
  (draw, depth) => `type(${any(draw, depth)})`,
  (draw, depth) => `string.format('${pick(draw, FORMATS)}', ${number(draw, depth)})`,
  (draw, depth) => `string.format('${pick(draw, FORMATS)} ${pick(draw, FORMATS)}', ${number(draw, depth)}, ${text(draw, depth)})`,
  (draw, depth) => `string.${pick(draw, ['len', 'upper', 'lower', 'reverse', 'byte'])}(${text(draw, depth)})`,
  (draw, depth) => `string.sub(${text(draw, depth)}, ${small(draw)}, ${small(draw)})`,
  (draw, depth) => `string.rep(${text(draw, depth)}, ${times(draw)})`,
  (draw, depth) => `string.find(${text(draw, depth)}, ${pick(draw, ["'X'", "'%d+'", "'a.'", "'^%a*'", "'['", "'%'"])})`,
  (draw, depth) => `string.gsub(${text(draw, depth)}, ${pick(draw, ["'X'", "'%d'", "'(%a)'", "'.'"])}, ${pick(draw, REPLACEMENTS)})`,
  (draw) => `(${pick(draw, STRINGS)}):${pick(draw, ['upper', 'len', 'rep', 'sub'])}(${times(draw)})`,
  (draw, depth) => `math.${pick(draw, ['floor', 'ceil', 'abs', 'sqrt'])}(${number(draw, depth)})`,
  (draw, depth) => `math.${pick(draw, ['max', 'min', 'fmod'])}(${number(draw, depth)}, ${number(draw, depth)})`,
  (draw, depth) => `math.modf(${number(draw, depth)})`,
  (draw, depth) => `bit.${pick(draw, BITS)}(${number(draw, depth)}, ${small(draw)})`,
  (draw, depth) => `bit.${pick(draw, ['bnot', 'tobit', 'bswap', 'tohex'])}(${number(draw, depth)})`,
  (draw, depth) => `bit.tohex(${number(draw, depth)}, ${small(draw)})`,
  (draw, depth) => `table.concat(${table(draw, depth)}, ${text(draw, depth)})`,
  (draw, depth) => `#${table(draw, depth)}`,
  (draw, depth) => `select(${small(draw)}, ${any(draw, depth)}, ${any(draw, depth)})`,
  (draw, depth) => `unpack(${table(draw, depth)})`,
  (draw) => `(${pick(draw, ['{k = 1}', "{err = 'E x'}", '{}', "'abc'", 'a'])}).${pick(draw, ['k', 'err', 'ok', 'len'])}`,
  (draw, depth) => `(${table(draw, depth)})[${small(draw)}]`,
  (draw, depth) => `cjson.encode(${any(draw, depth)})`,
  (draw, depth) => `cjson.encode({${text(draw, depth)}, ${number(draw, depth)}})`,
  (draw) => `cjson.decode(${pick(draw, JSON_TEXTS)})`,
  (draw, depth) => `redis.sha1hex(${text(draw, depth)})`,
  (draw, depth) => `redis.${pick(draw, ['error_reply', 'status_reply'])}(${text(draw, depth)})`,
  (draw, depth) => `redis.call('SET', KEYS[1], ${any(draw, depth)})`,
  (draw) => `redis.${pick(draw, ['call', 'pcall'])}('GET', ${pick(draw, ['KEYS[1]', "'none'", "'list'"])})`,
  (draw, depth) => `redis.${pick(draw, ['call', 'pcall'])}('INCRBY', KEYS[1], ${number(draw, depth)})`,
  (draw) => `redis.${pick(draw, ['call', 'pcall'])}(${pick(draw, CALLS)})`,
  (draw) => `pcall(error, ${pick(draw, ["'x'", "{err = 'E x'}", '42', 'nil'])}${draw(2) === 0 ? `, ${small(draw)}` : ''})`,
  (draw, depth) => `pcall(function() return ${any(draw, depth)} end)`,
  (draw, depth) => `(function(...) return select('#', ...), ... end)(${any(draw, depth)}, ${any(draw, depth)})`,
  table,
];

const STATEMENTS: readonly Expression[] = [
  (draw, depth) => `${pick(draw, NAMES)} = ${any(draw, depth)}`,
  (draw, depth) => `if ${any(draw, depth)} then a = ${any(draw, depth)} else b = ${any(draw, depth)} end`,
  (draw, depth) => `for i = 1, ${times(draw)} do a = ${any(draw, depth)} end`,
  (draw, depth) => `for k, v in pairs(${table(draw, depth)}) do b = v end`,
  (draw, depth) => `for k, v in ipairs(${table(draw, depth)}) do c = v end`,
  (draw) => `local t = {x = 1, y = 2, z = 3, w = 4} local o = {} for k in pairs(t) do o[#o + 1] = k end c = table.concat(o, '${pick(draw, [',', ' '])}')`,
  (draw, depth) => `local t = ${table(draw, depth)} table.insert(t, (${any(draw, depth)})) a = t`,
  (draw, depth) => `local t = ${table(draw, depth)} table.sort(t) a = t`,
  (draw, depth) => (draw(3) === 0 ? 'global' : 'c') + ` = ${any(draw, depth)}`,
  (draw, depth) => `KEYS[2] = ${any(draw, depth)}`,
  (draw, depth) => `${pick(draw, ['string', 'redis', '_G', 'KEYS', 'KEYS', 'KEYS', 'ARGV', 'ARGV'])}.x = ${any(draw, depth)}`,
  (draw, depth) => `a = ${text(draw, depth)}\n${pick(draw, ['', ' -- a comment'])}\n`,
];

/** A script of random statements. It runs with a key `KEYS[1]` that may hold anything, a list `list`, and `ARGV` as given to it. */
export function randomScript(draw: Draw): string {
  const lines = [`local a, b, c = ${any(draw, 2)}, ${any(draw, 1)}, ${any(draw, 1)}`];
  for (let i = draw(4); i > 0; i -= 1) lines.push(pick(draw, STATEMENTS)(draw, 2));
  const kind = draw(12);
  if (kind === 0) lines.push(`error(${pick(draw, ["'boo'", "{err = 'MY boo'}", 'nil', '42', "'boo', 0", "'boo', 2", "{err = 'boo'}", 'a .. b'])})`);
  else if (kind < 4) lines.push(`return ${any(draw, 3)}`);
  else if (kind < 7) lines.push('return {a, b, c}');
  else if (kind < 9) lines.push(`return {${any(draw, 2)}, {${any(draw, 2)}, ${any(draw, 2)}}}`);
  else lines.push(`return {type(a), type(b), type(a) == 'number' and tostring(a), type(c) == 'number' and string.format('%.17g', c)}`);
  return lines.join(pick(draw, [' ', '\n']));
}
