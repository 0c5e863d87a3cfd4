/**
 * A session of redis-cli over every command of the simulated Redis, as somebody would type it. Whatever two servers answer in
 * different orders, at different times or by chance has only one possible answer here. An entry of several lines is a transaction.
 */
export const redisCliSession: readonly string[] = [
  // Strings
  ...['SET s "hello world"', 'GET s', 'GET none', 'SET s2 5 EX 100 NX', 'SET s2 6 NX GET', 'SET s x PX 0', 'SETNX s y', 'SETEX e 100 v', 'PSETEX e 100000 v'],
  ...['GETSET s "tab\\tand \\x00\\xff"', 'GET s', 'GETDEL e', 'GETEX s2 PERSIST', 'MSET a 1 b 2', 'MGET a b none', 'MSETNX a 1 c 2', 'APPEND a 23', 'STRLEN a'],
  ...['INCR a', 'DECR a', 'INCRBY a 10', 'DECRBY a 3', 'INCR s', 'INCRBYFLOAT a 0.1', 'SETRANGE r 3 xyz', 'GETRANGE r 2 4', 'SUBSTR r 0 -1'],
  // Keys
  ...['DEL r', 'UNLINK a b', 'EXISTS s s none', 'TOUCH s', 'TYPE s', 'TYPE none', 'EXPIRE s 100', 'PEXPIRE s 100000', 'EXPIREAT s 9999999999', 'EXPIRETIME s'],
  ...['PEXPIREAT s 9999999999999', 'PEXPIRETIME s', 'TTL none', 'PTTL none', 'PERSIST s', 'TTL s', 'RENAME s t', 'RENAMENX t u', 'COPY u v', 'RENAME none x'],
  ...['DBSIZE', 'KEYS u*', 'SCAN 0 MATCH u* COUNT 1000', 'FLUSHDB', 'RANDOMKEY', 'SET only 1', 'RANDOMKEY'],
  // Hashes
  ...[
    'HSET h f 1 g two',
    'HSETNX h f 2',
    'HMSET h i 3',
    'HGET h f',
    'HGET h none',
    'HMGET h f none',
    'HGETALL h',
    'HDEL h i',
    'HEXISTS h f',
    'HLEN h',
    'HKEYS h',
  ],
  ...['HVALS h', 'HINCRBY h f 2', 'HINCRBYFLOAT h f 0.5', 'HSTRLEN h g', 'HSCAN h 0', 'HGET only f'],
  // Lists
  ...['LPUSH l a b c', 'RPUSH l d', 'LPUSHX l x', 'RPUSHX none x', 'LPOP l', 'RPOP l 2', 'LLEN l', 'LRANGE l 0 -1', 'LINDEX l 0', 'LSET l 0 z', 'LSET l 9 z'],
  ...['LINSERT l BEFORE z y', 'LPOS l z', 'LREM l 0 y', 'LMOVE l m LEFT RIGHT', 'RPOPLPUSH m l', 'LTRIM l 0 0', 'LRANGE l 0 -1', 'LRANGE none 0 -1'],
  // Sets
  ...['SADD s1 x', 'SADD s2 x y', 'SREM s2 y', 'SMEMBERS s1', 'SISMEMBER s1 x', 'SMISMEMBER s1 x y', 'SCARD s1', 'SINTER s1 s2', 'SUNION s1 s2', 'SDIFF s1 s2'],
  ...['SSCAN s1 0', 'SRANDMEMBER s1', 'SRANDMEMBER s1 -2', 'SPOP s1', 'SPOP s1 3'],
  // Sorted sets
  ...[
    'ZADD z 1 a 2.5 b inf c',
    'ZADD z XX CH INCR 1 a',
    'ZINCRBY z 0.1 a',
    'ZREM z none',
    'ZSCORE z b',
    'ZMSCORE z a none',
    'ZCARD z',
    'ZCOUNT z 2 +inf',
    'ZRANK z b',
  ],
  ...[
    'ZREVRANK z b',
    'ZRANGE z 0 -1 WITHSCORES',
    'ZREVRANGE z 0 0',
    'ZRANGEBYSCORE z 2 3 WITHSCORES',
    'ZREVRANGEBYSCORE z 3 2',
    'ZRANGEBYLEX z - +',
    'ZREVRANGEBYLEX z + -',
  ],
  ...['ZSCAN z 0', 'ZREMRANGEBYSCORE z 3 +inf', 'ZREMRANGEBYRANK z 5 6', 'ZPOPMIN z', 'ZPOPMAX z', 'ZPOPMIN z'],
  // Connection
  ...[
    'PING',
    'PING hi',
    'ECHO "a \\"quoted\\" word"',
    'SELECT 3',
    'DBSIZE',
    'SELECT 0',
    'SELECT 99',
    'AUTH x',
    'CLIENT SETNAME me',
    'CLIENT GETNAME',
    'CLIENT ID',
  ],
  ...['CLIENT INFO', 'CLIENT LIST', 'CLIENT LIST TYPE pubsub', 'CLIENT KILL ID 999999', 'CLIENT REPLY ON', 'CLIENT NO-EVICT ON', 'CLIENT PAUSE 10 WRITE'],
  ...[
    'CLIENT UNPAUSE',
    'CLIENT UNBLOCK 999999',
    'CLIENT TRACKING OFF',
    'CLIENT TRACKINGINFO',
    'CLIENT GETREDIR',
    'CLIENT SETINFO LIB-NAME x',
    'HELLO',
    'HELLO 3',
  ],
  ...['HGETALL h', 'GET none', 'ZADD z 1.5 a', 'ZSCORE z a', 'CONFIG GET appendonly', 'INFO keyspace', 'HELLO 2'],
  // Transactions
  ...[
    'MULTI\nSET tx 1\nNOSUCH\nEXEC',
    'MULTI\nINCR tx\nGET tx\nLPUSH tx x\nEXEC',
    'EXEC',
    'MULTI\nMULTI\nDISCARD',
    'WATCH tx',
    'UNWATCH',
    'WATCH tx',
    'SET tx 9',
  ],
  ...['MULTI\nPING\nEXEC', 'DISCARD'],
  // Channels: subscriptions, which redis-cli never leaves, are a session of their own
  ...['PUBLISH c hello', 'PUBSUB CHANNELS', 'PUBSUB NUMSUB c d', 'PUBSUB NUMPAT', 'UNSUBSCRIBE', 'PUNSUBSCRIBE'],
  // Scripts
  ...['EVAL "return {KEYS[1], ARGV[1], 1, false}" 1 k v', 'EVAL "return nosuchglobal" 0', 'EVAL_RO "return redis.call(\'GET\', KEYS[1])" 1 only'],
  ...['SCRIPT LOAD "return 1"', 'EVALSHA e0e1f9fabfc9d4800c877a703b823ac0578ff8db 0', 'EVALSHA_RO e0e1f9fabfc9d4800c877a703b823ac0578ff8db 0'],
  ...['SCRIPT EXISTS e0e1f9fabfc9d4800c877a703b823ac0578ff8db ff', 'SCRIPT FLUSH', 'EVALSHA e0e1f9fabfc9d4800c877a703b823ac0578ff8db 0', 'SCRIPT KILL'],
  // Server
  ...[
    'TIME',
    'WAIT 0 0',
    'INFO',
    'INFO nosuch',
    'INFO keyspace',
    'ROLE',
    'LOLWUT',
    'READONLY',
    'READWRITE',
    'ASKING',
    'CLUSTER INFO',
    'CLUSTER NODES',
    'CLUSTER SLOTS',
  ],
  ...[
    'CONFIG GET save',
    'CONFIG SET appendfsync no',
    'CONFIG GET appendfsync',
    'CONFIG SET nosuch 1',
    'CONFIG RESETSTAT',
    'CONFIG REWRITE',
    'MODULE LIST',
    'ACL WHOAMI',
  ],
  ...[
    'DEBUG SLEEP 0',
    'COMMAND COUNT',
    'COMMAND',
    'COMMAND DOCS nosuch',
    'COMMAND INFO get',
    'COMMAND LIST FILTERBY PATTERN hsetn*',
    'COMMAND GETKEYS MSET a 1 b 2',
  ],
  // Mistakes
  ...['GET', 'get a b', 'NOSUCH a b', 'SET k v EX x', 'CLIENT NOSUCH', 'LPUSH only x', '"unbalanced', 'FLUSHALL', 'RESET'],
];

const HELLO = /"server"[^]*"redis"[^]*"version"[^]*"7\.0\.15"[^]*"proto"[^]*\(integer\) [23][^]*"role"[^]*"master"/;

/** The entries of which only the form of the answer is the same. */
export const formOnly: Readonly<Record<string, RegExp>> = {
  TIME: /^1\) "\d{10}"\n2\) "\d{1,6}"$/,
  'CLIENT ID': /^\(integer\) \d+$/,
  'CLIENT INFO':
    /^id=\d+ addr=127\.0\.0\.1:\d+ laddr=127\.0\.0\.1:\d+ fd=\d+ name=me age=\d+ idle=0 flags=N db=0 .* cmd=client\|info user=default redir=-1 resp=2$/,
  'CLIENT LIST': /^id=\d+ .* cmd=client\|list user=default redir=-1 resp=2$/,
  HELLO,
  'HELLO 3': HELLO,
  'HELLO 2': HELLO,
  INFO: /^# Server[^]*redis_version:7\.0\.15[^]*loading:0[^]*role:master[^]*# Keyspace\r\ndb0:keys=/,
  'COMMAND COUNT': /^\(integer\) \d{3}$/,
  COMMAND: /^ *1\) +1\) "[a-z]/,
};
