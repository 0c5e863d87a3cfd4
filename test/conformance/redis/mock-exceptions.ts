/** Something that ioredis-mock does not do as Redis does. */
export interface MockException {
  readonly what: string;
  /** The shortest sequence that shows it, in the words of templates. */
  readonly shownBy: readonly string[];
  /** Part of what the mock's last entry says instead; the simulated and the real Redis say something else. */
  readonly instead: string;
  /** The templates that random sequences for the mock leave out. */
  readonly leavesOut?: RegExp;
}

const unsupported = (command: string, ...shownBy: string[]): MockException => ({
  what: `${command} is not there`,
  shownBy,
  instead: 'Unsupported command',
  leavesOut: new RegExp(`^${command}( |$)`),
});

/** What ioredis-mock 8 cannot do, or does in another way. The suite fails when one of these is no longer so. */
export const mockExceptions: readonly MockException[] = [
  unsupported('CLIENT', 'CLIENT GETNAME'),
  unsupported('COPY', 'COPY a b'),
  unsupported('EVAL_RO', 'EVAL_RO return 0'),
  unsupported('EVALSHA_RO', 'EVALSHA_RO ffffffffffffffffffffffffffffffffffffffff 0'),
  unsupported('RESET', 'RESET'),
  unsupported('SCRIPT', 'SCRIPT FLUSH'),
  unsupported('SELECT', 'SELECT 0'),
  unsupported('TOUCH', 'TOUCH a'),
  unsupported('WAIT', 'WAIT 0 1'),

  // What tells of the server
  { what: 'ROLE leaves out the replicas', shownBy: ['ROLE'], instead: '"value":["master",0]}', leavesOut: /^ROLE/ },
  { what: 'CONFIG GET knows of nothing', shownBy: ['CONFIG GET save'], instead: '"value":[]', leavesOut: /^CONFIG GET/ },
  { what: 'CONFIG SET knows of nothing', shownBy: ['CONFIG SET appendfsync always'], instead: 'Unknown option', leavesOut: /^CONFIG SET/ },
  { what: 'COMMAND GETKEYS always counts wrong', shownBy: ['COMMAND GETKEYS GET a'], instead: 'wrong number of arguments', leavesOut: /^COMMAND/ },

  // Sessions and transactions
  {
    what: 'MULTI makes a pipeline object, no transaction of the session',
    shownBy: ['MULTI'],
    instead: 'ioredis answered a object',
    leavesOut: /^(MULTI|EXEC|DISCARD|WATCH|UNWATCH)/,
  },
  { what: 'AUTH lets anybody in', shownBy: ['AUTH x'], instead: '"value":"OK"', leavesOut: /^AUTH/ },

  // Channels
  {
    what: 'a closed subscription still counts, and hears',
    shownBy: ['@subscribe news', '@unsubscribe', 'PUBLISH news x'],
    instead: '"value":1',
    leavesOut: /^@unsubscribe/,
  },
  { what: 'PUBSUB NUMPAT is not there', shownBy: ['PUBSUB NUMPAT'], instead: 'not implemented', leavesOut: /^PUBSUB NUMPAT/ },

  // Expiry
  {
    what: 'NX, XX, GT and LT of the EXPIRE family are ignored',
    shownBy: ['SET a 1', 'EXPIRE a 300 XX'],
    instead: '"value":1',
    leavesOut: /^P?EXPIRE(AT)? .*\[/,
  },
  {
    what: 'KEEPTTL of SET forgets the life',
    shownBy: ['SET a 1 PX @long', 'SET a 2 KEEPTTL', 'PTTL a'],
    instead: '"value":-1',
    leavesOut: /KEEPTTL/,
  },
  {
    what: 'a key set with a new life after its old one ended is gone',
    shownBy: ['SET a 1 PX @short', '@sleep', 'SET a 2 PX @long', 'GET a'],
    instead: '"value":null',
    leavesOut: /^SET \{key\} . P|^PSETEX|^@expire|^GETEX \{key\}/,
  },
  { what: 'GETEX with an end in the past answers nothing', shownBy: ['SET a 1', 'GETEX a PXAT 1000'], instead: '"value":null' },

  // Strings
  {
    what: 'INCR, DECR and their kin answer nothing for what is no number',
    shownBy: ['SET a x', 'INCR a'],
    instead: '"value":null',
    leavesOut: /^(INCR|DECR|@increment)/,
  },
  { what: 'INCRBYFLOAT makes NaN of what is no number', shownBy: ['SET a x', 'INCRBYFLOAT a 1'], instead: '"value":"NaN"' },
  { what: 'integers are rounded above 2^53', shownBy: ['SET a 9007199254740992', 'INCRBY a 1', 'GET a'], instead: '9007199254740992' },
  {
    what: 'STRLEN counts UTF-16 units, not bytes',
    shownBy: ['SET a ü', 'STRLEN a'],
    instead: '"value":1',
    leavesOut: /^(STRLEN|APPEND) \{(key|hash)\}/,
  },
  { what: 'GETRANGE and SUBSTR of no key throw', shownBy: ['GETRANGE a 0 -1'], instead: 'Cannot read properties', leavesOut: /^(GETRANGE|SUBSTR)/ },
  { what: 'SETRANGE pads in front', shownBy: ['SET a b', 'SETRANGE a 2 c', 'GET a'], instead: '"value":"\\u0000bc"', leavesOut: /^SETRANGE/ },
  { what: 'RENAME takes a key that is not there', shownBy: ['RENAME a b'], instead: '"value":"OK"', leavesOut: /^RENAME/ },
  {
    what: 'SET takes options that do not go together',
    shownBy: ['SET a 1 PERSIST'],
    instead: '"value":"OK"',
    leavesOut: /^SET \{string\} .*PERSIST/,
  },
  { what: 'GETEX takes options that do not go together', shownBy: ['GETEX a EX 300 NX'], instead: '"value":null', leavesOut: /^GETEX .*NX/ },
  { what: 'FLUSHALL and FLUSHDB take any word', shownBy: ['FLUSHALL x'], instead: '"value":"OK"', leavesOut: /^FLUSH/ },

  // Hashes
  {
    what: 'HINCRBY answers nothing for what is no number',
    shownBy: ['HSET h f x', 'HINCRBY h f 1'],
    instead: '"value":null',
    leavesOut: /^HINCRBY \{hash\} \{field\}/,
  },
  {
    what: 'HINCRBYFLOAT makes NaN of what is no number',
    shownBy: ['HSET h f x', 'HINCRBYFLOAT h f 1'],
    instead: '"value":"NaN"',
    leavesOut: /^HINCRBYFLOAT/,
  },

  // Lists, sets, sorted sets
  { what: 'empty lists stay', shownBy: ['RPUSH l a', 'LTRIM l 1 0', 'EXISTS l'], instead: '"value":1', leavesOut: /^(LTRIM|LREM|LMOVE|RPOPLPUSH)/ },
  { what: 'LINSERT into no list answers -1', shownBy: ['LINSERT l BEFORE a b'], instead: '"value":-1', leavesOut: /^LINSERT/ },
  { what: 'LSET of no list has another error', shownBy: ['LSET l 0 a'], instead: '"message":"no such key"', leavesOut: /^LSET/ },
  { what: 'LPUSHX and RPUSHX push one member', shownBy: ['RPUSH l a', 'RPUSHX l b c'], instead: '"value":2', leavesOut: /^[LR]PUSHX/ },
  {
    what: 'LPOS stops too late when it counts from the end',
    shownBy: ['RPUSH l b b', 'LPOS l b RANK -1 COUNT 2 MAXLEN 1'],
    instead: '"value":[0]',
    leavesOut: /^LPOS/,
  },
  { what: 'SRANDMEMBER of no set answers nothing to a count', shownBy: ['SRANDMEMBER e -3'], instead: '"value":null', leavesOut: /^SRANDMEMBER/ },
  { what: 'empty sorted sets stay', shownBy: ['ZADD z 1 a', 'ZREM z a', 'EXISTS z'], instead: '"value":1', leavesOut: /^(ZREM|ZPOP)/ },
  {
    what: 'options of ZADD that do not go together are taken',
    shownBy: ['ZADD z NX LT INCR 2 b'],
    instead: '"status":"ok"',
    leavesOut: /^ZADD .*\[NX/,
  },
  {
    what: 'options of ZRANGE that do not go together are taken',
    shownBy: ['ZRANGE z 0 -1 LIMIT 0 2'],
    instead: '"value":[]',
    leavesOut: /^ZRANGE .*\[BYSCORE\|BYLEX/,
  },
  {
    what: 'ranges of names with their ends the wrong way round are not empty',
    shownBy: ['ZADD z 3 b 1 a', 'ZREVRANGEBYLEX z (b +'],
    instead: '"value":["a"]',
    leavesOut: /BYLEX/,
  },
  { what: 'scores have other digits', shownBy: ['ZADD z 0.1 a', 'ZSCORE z a'], instead: '"value":"0.1"', leavesOut: /^ZADD z \{float\}/ },
  {
    what: 'the SCAN family does not take an option twice',
    shownBy: ['SADD e b', 'SSCAN e 0 MATCH x MATCH x'],
    instead: 'BAD Syntax',
    leavesOut: /^[HSZ]?SCAN/,
  },

  // Scripts, texts and errors
  { what: 'scripts run in Lua 5.3: a division is a float', shownBy: ["EVAL return(10/2)..'' 0"], instead: '"value":"5.0"', leavesOut: /^@lua/ },
  {
    what: 'scripts cannot make status replies',
    shownBy: ['EVAL return(redis.status_reply("x")) 0'],
    instead: 'Error trying to loading or executing',
    leavesOut: /^@echo/,
  },
  { what: 'WRONGTYPE is not known everywhere', shownBy: ['RPUSH l a', 'STRLEN l'], instead: '"value":' },
  { what: 'counts of arguments are not checked', shownBy: ['GET'], instead: '"value":null' },
  {
    what: 'the error of an unknown command does not quote its arguments',
    shownBy: ['NOSUCHCOMMAND x'],
    instead: "unknown command 'NOSUCHCOMMAND'\"",
    leavesOut: /^(NOSUCH|ÜNKNOWN)/,
  },
];
