import type { PortFamily } from './port-family.js';
import { pick, type Draw } from './step.js';

const from =
  (...items: readonly string[]) =>
  (draw: Draw): string =>
    pick(draw, items);

/** UTF-8 of one to four bytes, what is not quite text, and what a protocol of lines could trip over. */
const texts = from('plain', 'ü', 'Grüße', '日本語', '😀', '', 'a\u0000b', '\r\n$3\r\nfoo\r\n', '\ufeffmark', 'e\u0301', '\ud800', 'ß'.repeat(40));
const integers = from(
  '1',
  '-1',
  '7',
  '9007199254740991',
  '9007199254740992',
  '9007199254740993',
  '-9007199254740993',
  '9223372036854775806',
  '9223372036854775807',
  '-9223372036854775808',
);

const transactions: PortFamily = {
  name: 'transactions',
  sessions: 3,
  pools: { key: from('a', 'b'), value: from('1', 'x', 'ü'), text: texts },
  templates: {
    exact: [
      ...['WATCH {key}', 'WATCH {key} {key}', 'WATCH {key}', 'MULTI', 'MULTI', 'MULTI', 'EXEC', 'EXEC', 'EXEC', 'EXEC', 'DISCARD', 'UNWATCH'],
      ...['INCR {key}', 'INCR {key}', 'SET {key} {value}', 'SET {key} {value}', 'GET {key}', 'GET {key}', 'DEL {key}', 'GETSET {key} {text}'],
      ...['LPUSH list {value}', 'INCR list', 'NOSUCH {value}', 'GET', 'RENAME {key} {key}', 'PEXPIRE {key} @long', '@close', '@increment {key}'],
      ...['EXEC surplus', 'WATCH'],
    ],
    milliseconds: ['PTTL {key}'],
  },
};

const channels: PortFamily = {
  name: 'channels',
  sessions: 3,
  pools: { channel: from('news', 'sport', 'grüße'), text: texts },
  templates: {
    exact: [
      ...['@subscribe {channel}', '@subscribe {channel}', '@subscribe {channel}', '@unsubscribe', 'PUBLISH {channel} {text}', 'PUBLISH {channel} {text}'],
      ...['PUBLISH {channel} {text}', 'PUBLISH {channel} {text}', 'PUBSUB NUMSUB [{channel}]*', 'MULTI', 'EXEC', 'EXEC', 'DISCARD', '@close'],
      '@publish {channel} {text}',
    ],
    unordered: ['PUBSUB CHANNELS'],
  },
};

const scripts: PortFamily = {
  name: 'scripts',
  sessions: 2,
  pools: {
    lock: from('north', 'south'),
    owner: from('alice', 'bob', 'zoë'),
    life: from('@long', '@long', '300000'),
    token: from('none', '@token-1', '@token-2', '@token-3', '@token-4', '9007199254740992', '9007199254740993'),
    sku: from('mug', 'tasse'),
    operation: from('o1', 'o2', 'o3', 'o4', 'ö5', 'o6'),
    delta: from('5', '5', '-1', '-1', '-2', '-100'),
    amount: from('0', '1', '5', 'none'),
    text: texts,
    lockKey: from('{north}:lock', '{south}:lock'),
    fence: from('{north}:fence', '{south}:fence'),
    ledger: from('mug:ledger', 'tasse:ledger'),
    badToken: from('x', '9007199254740993'),
  },
  templates: {
    milliseconds: [
      ...['@acquire {lock} {owner} {life}', '@acquire {lock} {owner} {life}', '@acquire {lock} {owner} {life}', '@extend {lock} {owner} {token} {life}'],
      ...['@extend {lock} {owner} {token} 600000', '@release {lock} {owner}', '@release {lock} {owner}', 'PTTL {lockKey}'],
    ],
    exact: [
      ...['@move {sku} {operation} {token} {delta}', '@move {sku} {operation} {token} {delta}', '@move {sku} {operation} none {delta}'],
      ...['@write {sku} {operation} {token} {delta} {amount}', '@read {sku} {token}', '@echo {sku} {text}', '@increment {lock}', 'SCRIPT FLUSH'],
      ...['DEL {fence}', 'HSET {fence} token {badToken}', 'LRANGE {ledger} 0 -1'],
    ],
    pairs: ['HGETALL {fence}'],
  },
};

const lua: PortFamily = {
  name: 'random Lua',
  sessions: 2,
  pools: { key: from('s', 'list', 'none'), value: from('5', 'text', 'ü'), arg: from('arg', '', '42') },
  begin: ['RPUSH list x y', 'SET s 5'],
  templates: {
    exact: [
      ...['@lua {key} {arg}', '@lua {key} {arg}', '@lua {key} {arg}', '@lua {key} {arg}', '@lua {key} {arg}', '@lua {key} {arg}', '@lua {key} {arg}'],
      ...['SET s {value}', 'GET s', 'LRANGE list 0 -1', 'RPUSH list {value}', 'SCRIPT FLUSH'],
    ],
  },
};

const values: PortFamily = {
  name: 'texts and integers',
  sessions: 2,
  pools: {
    text: texts,
    key: from('a', 'ü', '日本'),
    hash: from('h', 'häsh'),
    integer: integers,
    index: from('0', '1', '2', '-1', '-2', '5'),
    float: from('0.1', '1e3', '3.0', '-2.5', '12345678901234567'),
  },
  templates: {
    exact: [
      ...['SET {key} {text}', 'SET {key} {text}', 'SET {key} {integer}', 'SET {key} {integer}', 'GET {key}', 'GET {key}', 'GETSET {key} {text}'],
      ...['APPEND {key} {text}', 'STRLEN {key}', 'GETRANGE {key} {index} {index}', 'SETRANGE {key} 3 {text}', 'MGET [{key}]*', 'MSET [{key} {text}]*'],
      ...['INCRBY {key} {integer}', 'DECRBY {key} {integer}', 'INCR {key}', 'DECR {key}', 'INCRBYFLOAT {key} {float}', 'DEL {key}', 'ECHO {text}'],
      ...['HSET {hash} {text} {text}', 'HSET {hash} n {integer}', 'HINCRBY {hash} n {integer}', 'HGET {hash} {text}'],
      ...['RPUSH l {text} {integer}', 'LRANGE l 0 -1', 'LPOP l', 'SADD e {text} {integer}', 'ZADD z {float} {text}', 'ZADD z {integer} {text}'],
      ...['SET {key} 9223372036854775807', 'SET {key} -9223372036854775808', 'INCR {key}', 'DECR {key}', 'DECRBY {key} {integer}', '@increment {key}'],
      ...['ZRANGE z 0 -1 WITHSCORES', 'ZSCORE z {text}', 'ÜNKNOWN {text}', '@echo {key} {text}', '@increment {key}', 'RENAME {key} {key}', 'STRLEN {hash}'],
    ],
    // A hash with a long field is in no order.
    pairs: ['HGETALL {hash}'],
    unordered: ['SMEMBERS e', 'KEYS *', 'HKEYS {hash}'],
  },
};

const lives = { key: from('a', 'b', 'c'), far: from('4102444800000', '4102444900000', '4102445000000') };
const readings = {
  milliseconds: ['PTTL {key}', 'PTTL {key}'],
  seconds: ['TTL {key}'],
};

const expiry: PortFamily = {
  name: 'expiry',
  sessions: 2,
  pools: { ...lives, life: from('@short', '@short', '@long'), end: from('@short-at', '@long-at', '1000') },
  templates: {
    exact: [
      ...[
        'SET {key} 1 PX {life}',
        'SET {key} 2 PX {life} [NX|XX]? [GET]?',
        'SET {key} 2 PX {life} [NX|XX] [GET]?',
        'SET {key} 3 PXAT {end}',
        'SET {key} 4 KEEPTTL',
        'SET {key} 5',
      ],
      ...['PSETEX {key} {life} 6', 'PEXPIRE {key} {life}', 'PEXPIRE {key} {life} [NX|XX]', 'PEXPIREAT {key} {end}', 'PEXPIREAT {key} {far} [GT|LT]'],
      ...['GETEX {key} [PX {life}|PXAT {end}|PERSIST]', 'PERSIST {key}', 'INCR {key}', 'APPEND {key} 0', 'RENAME {key} {key}', 'COPY {key} {key}'],
      ...['GET {key}', 'GET {key}', 'EXISTS [{key}]*', 'TYPE {key}', 'STRLEN {key}', 'DEL {key}', 'GETSET {key} 7', 'SETNX {key} 8', 'LPUSH l x'],
      ...['PEXPIRE l {life}', 'LRANGE l 0 -1', 'HSET h f v', 'PEXPIRE h {life}', 'HGETALL h', 'HSETNX h f w', '@sleep', '@sleep', '@sleep', '@sleep'],
      ...['WATCH {key}', 'WATCH {key}', 'MULTI', 'EXEC', 'EXEC', '@increment {key}'],
    ],
    unordered: ['KEYS *'],
    ...readings,
    milliseconds: [...readings.milliseconds, '@expire {key} {life}', '@expire {key} {life}', 'PEXPIRETIME {key}'],
  },
};

/** The same for what counts in seconds, which takes its time. */
const expiryInSeconds: PortFamily = {
  name: 'expiry in seconds',
  sessions: 2,
  pools: { ...lives, life: from('@short-s', '@short-s', '@long-s'), end: from('@short-s-at', '@long-s-at', '1') },
  begin: ['SETEX a @short-s 0', 'SETEX b @long-s 0', '@sleep'],
  templates: {
    exact: [
      ...['SET {key} 1 EX {life}', 'SET {key} 2 EX {life} [NX|XX]? [GET]?', 'SET {key} 3 EXAT {end}', 'SETEX {key} {life} 4', 'EXPIRE {key} {life}'],
      ...['EXPIRE {key} {life} [NX|XX]', 'EXPIREAT {key} {end}', 'GETEX {key} [EX {life}|EXAT {end}|PERSIST]', 'PERSIST {key}', 'GET {key}', 'GET {key}'],
      ...['EXISTS [{key}]*', 'SET {key} 5', 'GETDEL {key}', '@sleep'],
      // Twice, since sleeps take so long.
      ...['SET {key} 2 EX {life} [NX|XX]? [GET]?', 'SET {key} 2 EX {life} [NX|XX]? [GET]?', 'EXPIRE {key} {life} [NX|XX]', 'EXPIREAT {key} {end}'],
      ...['GETEX {key} [EX {life}|EXAT {end}|PERSIST]', 'GETEX {key} [EX {life}|EXAT {end}|PERSIST]', 'SET {key} 3 EXAT {end}', 'SETEX {key} {life} 4'],
    ],
    ...readings,
    seconds: [...readings.seconds, 'EXPIRETIME {key}'],
  },
};

export const portFamilies: readonly PortFamily[] = [transactions, channels, scripts, lua, values, expiry, expiryInSeconds];
