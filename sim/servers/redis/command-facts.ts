/**
 * What COMMAND tells of each command, as Redis 7.0 itself does:
 *
 *     name | flags | ACL categories | keys | tips
 *
 * Keys are `flags@first`, `flags@first..last/step` or, behind a number that says how many, `flags@#place of the number`.
 */
const FACTS = `
acl | - | slow
acl|whoami | noscript,loading,stale | slow
append | write,denyoom,fast | write,string,fast | RW,insert@1
asking | fast | fast,connection
auth | noscript,loading,stale,fast,no_auth,allow_busy | fast,connection
client | - | slow
client|getname | noscript,loading,stale | slow,connection
client|getredir | noscript,loading,stale | slow,connection
client|id | noscript,loading,stale | slow,connection
client|info | noscript,loading,stale | slow,connection | - | nondeterministic_output
client|kill | admin,noscript,loading,stale | admin,slow,dangerous,connection
client|list | admin,noscript,loading,stale | admin,slow,dangerous,connection | - | nondeterministic_output
client|no-evict | admin,noscript,loading,stale | admin,slow,dangerous,connection
client|pause | admin,noscript,loading,stale | admin,slow,dangerous,connection
client|reply | noscript,loading,stale | slow,connection
client|setname | noscript,loading,stale | slow,connection
client|tracking | noscript,loading,stale | slow,connection
client|trackinginfo | noscript,loading,stale | slow,connection
client|unblock | admin,noscript,loading,stale | admin,slow,dangerous,connection
client|unpause | admin,noscript,loading,stale | admin,slow,dangerous,connection
cluster | - | slow
cluster|info | stale | slow | - | nondeterministic_output
cluster|nodes | stale | slow | - | nondeterministic_output
cluster|slots | stale | slow | - | nondeterministic_output
command | loading,stale | slow,connection | - | nondeterministic_output_order
command|count | loading,stale | slow,connection
command|docs | loading,stale | slow,connection | - | nondeterministic_output_order
command|getkeys | loading,stale | slow,connection
command|info | loading,stale | slow,connection | - | nondeterministic_output_order
command|list | loading,stale | slow,connection | - | nondeterministic_output_order
config | - | slow
config|get | admin,noscript,loading,stale | admin,slow,dangerous
config|resetstat | admin,noscript,loading,stale | admin,slow,dangerous
config|rewrite | admin,noscript,loading,stale | admin,slow,dangerous
config|set | admin,noscript,loading,stale | admin,slow,dangerous | - | request_policy:all_nodes,response_policy:all_succeeded
copy | write,denyoom | keyspace,write,slow | RO,access@1;OW,update@2
dbsize | readonly,fast | keyspace,read,fast | - | request_policy:all_shards,response_policy:agg_sum
debug | admin,noscript,loading,stale | admin,slow,dangerous
decr | write,denyoom,fast | write,string,fast | RW,access,update@1
decrby | write,denyoom,fast | write,string,fast | RW,access,update@1
del | write | keyspace,write,slow | RM,delete@1..-1 | request_policy:multi_shard,response_policy:agg_sum
discard | noscript,loading,stale,fast,allow_busy | fast,transaction
echo | loading,stale,fast | fast,connection
eval | noscript,stale,skip_monitor,no_mandatory_keys,movablekeys | slow,scripting | RW,access,update@#2
eval_ro | readonly,noscript,stale,skip_monitor,no_mandatory_keys,movablekeys | slow,scripting | RO,access@#2
evalsha | noscript,stale,skip_monitor,no_mandatory_keys,movablekeys | slow,scripting | RW,access,update@#2
evalsha_ro | readonly,noscript,stale,skip_monitor,no_mandatory_keys,movablekeys | slow,scripting | RO,access@#2
exec | noscript,loading,stale,skip_slowlog | slow,transaction
exists | readonly,fast | keyspace,read,fast | RO@1..-1 | request_policy:multi_shard,response_policy:agg_sum
expire | write,fast | keyspace,write,fast | RW,update@1
expireat | write,fast | keyspace,write,fast | RW,update@1
expiretime | readonly,fast | keyspace,read,fast | RO,access@1
flushall | write | keyspace,write,slow,dangerous | - | request_policy:all_shards,response_policy:all_succeeded
flushdb | write | keyspace,write,slow,dangerous | - | request_policy:all_shards,response_policy:all_succeeded
get | readonly,fast | read,string,fast | RO,access@1
getdel | write,fast | write,string,fast | RW,access,delete@1
getex | write,fast | write,string,fast | RW,access,update@1
getrange | readonly | read,string,slow | RO,access@1
getset | write,denyoom,fast | write,string,fast | RW,access,update@1
hdel | write,fast | write,hash,fast | RW,delete@1
hello | noscript,loading,stale,fast,no_auth,allow_busy | fast,connection
hexists | readonly,fast | read,hash,fast | RO@1
hget | readonly,fast | read,hash,fast | RO,access@1
hgetall | readonly | read,hash,slow | RO,access@1 | nondeterministic_output_order
hincrby | write,denyoom,fast | write,hash,fast | RW,access,update@1
hincrbyfloat | write,denyoom,fast | write,hash,fast | RW,access,update@1
hkeys | readonly | read,hash,slow | RO,access@1 | nondeterministic_output_order
hlen | readonly,fast | read,hash,fast | RO@1
hmget | readonly,fast | read,hash,fast | RO,access@1
hmset | write,denyoom,fast | write,hash,fast | RW,update@1
hscan | readonly | read,hash,slow | RO,access@1 | nondeterministic_output
hset | write,denyoom,fast | write,hash,fast | RW,update@1
hsetnx | write,denyoom,fast | write,hash,fast | RW,insert@1
hstrlen | readonly,fast | read,hash,fast | RO@1
hvals | readonly | read,hash,slow | RO,access@1 | nondeterministic_output_order
incr | write,denyoom,fast | write,string,fast | RW,access,update@1
incrby | write,denyoom,fast | write,string,fast | RW,access,update@1
incrbyfloat | write,denyoom,fast | write,string,fast | RW,access,update@1
info | loading,stale | slow,dangerous | - | nondeterministic_output,request_policy:all_shards,response_policy:special
keys | readonly | keyspace,read,slow,dangerous | - | request_policy:all_shards,nondeterministic_output_order
lindex | readonly | read,list,slow | RO,access@1
linsert | write,denyoom | write,list,slow | RW,insert@1
llen | readonly,fast | read,list,fast | RO@1
lmove | write,denyoom | write,list,slow | RW,access,delete@1;RW,insert@2
lolwut | readonly,fast | read,fast
lpop | write,fast | write,list,fast | RW,access,delete@1
lpos | readonly | read,list,slow | RO,access@1
lpush | write,denyoom,fast | write,list,fast | RW,insert@1
lpushx | write,denyoom,fast | write,list,fast | RW,insert@1
lrange | readonly | read,list,slow | RO,access@1
lrem | write | write,list,slow | RW,delete@1
lset | write,denyoom | write,list,slow | RW,update@1
ltrim | write | write,list,slow | RW,delete@1
mget | readonly,fast | read,string,fast | RO,access@1..-1 | request_policy:multi_shard
module | - | slow
module|list | admin,noscript | admin,slow,dangerous | - | nondeterministic_output_order
mset | write,denyoom | write,string,slow | OW,update@1..-1/2 | request_policy:multi_shard,response_policy:all_succeeded
msetnx | write,denyoom | write,string,slow | OW,insert@1..-1/2 | request_policy:multi_shard,response_policy:agg_min
multi | noscript,loading,stale,fast,allow_busy | fast,transaction
persist | write,fast | keyspace,write,fast | RW,update@1
pexpire | write,fast | keyspace,write,fast | RW,update@1
pexpireat | write,fast | keyspace,write,fast | RW,update@1
pexpiretime | readonly,fast | keyspace,read,fast | RO,access@1
ping | fast | fast,connection | - | request_policy:all_shards,response_policy:all_succeeded
psetex | write,denyoom | write,string,slow | OW,update@1
psubscribe | pubsub,noscript,loading,stale | pubsub,slow
pttl | readonly,fast | keyspace,read,fast | RO,access@1 | nondeterministic_output
publish | pubsub,loading,stale,fast | pubsub,fast
pubsub | - | slow
pubsub|channels | pubsub,loading,stale | pubsub,slow
pubsub|numpat | pubsub,loading,stale | pubsub,slow
pubsub|numsub | pubsub,loading,stale | pubsub,slow
punsubscribe | pubsub,noscript,loading,stale | pubsub,slow
quit | noscript,loading,stale,fast,no_auth,allow_busy | fast,connection
randomkey | readonly | keyspace,read,slow | - | request_policy:all_shards,nondeterministic_output
readonly | loading,stale,fast | fast,connection
readwrite | loading,stale,fast | fast,connection
rename | write | keyspace,write,slow | RW,access,delete@1;OW,update@2
renamenx | write,fast | keyspace,write,fast | RW,access,delete@1;OW,insert@2
reset | noscript,loading,stale,fast,no_auth,allow_busy | fast,connection
role | noscript,loading,stale,fast | admin,fast,dangerous
rpop | write,fast | write,list,fast | RW,access,delete@1
rpoplpush | write,denyoom | write,list,slow | RW,access,delete@1;RW,insert@2
rpush | write,denyoom,fast | write,list,fast | RW,insert@1
rpushx | write,denyoom,fast | write,list,fast | RW,insert@1
sadd | write,denyoom,fast | write,set,fast | RW,insert@1
scan | readonly | keyspace,read,slow | - | nondeterministic_output,request_policy:special
scard | readonly,fast | read,set,fast | RO@1
script | - | slow
script|exists | noscript | slow,scripting | - | request_policy:all_shards,response_policy:agg_logical_and
script|flush | noscript | slow,scripting | - | request_policy:all_nodes,response_policy:all_succeeded
script|kill | noscript,allow_busy | slow,scripting | - | request_policy:all_shards,response_policy:one_succeeded
script|load | noscript,stale | slow,scripting | - | request_policy:all_nodes,response_policy:all_succeeded
sdiff | readonly | read,set,slow | RO,access@1..-1 | nondeterministic_output_order
select | loading,stale,fast | fast,connection
set | write,denyoom | write,string,slow | RW,access,update,variable_flags@1
setex | write,denyoom | write,string,slow | OW,update@1
setnx | write,denyoom,fast | write,string,fast | OW,insert@1
setrange | write,denyoom | write,string,slow | RW,update@1
sinter | readonly | read,set,slow | RO,access@1..-1 | nondeterministic_output_order
sismember | readonly,fast | read,set,fast | RO@1
smembers | readonly | read,set,slow | RO,access@1 | nondeterministic_output_order
smismember | readonly,fast | read,set,fast | RO,access@1
spop | write,fast | write,set,fast | RW,access,delete@1 | nondeterministic_output
srandmember | readonly | read,set,slow | RO,access@1 | nondeterministic_output
srem | write,fast | write,set,fast | RW,delete@1
sscan | readonly | read,set,slow | RO,access@1 | nondeterministic_output
strlen | readonly,fast | read,string,fast | RO@1
subscribe | pubsub,noscript,loading,stale | pubsub,slow
substr | readonly | read,string,slow | RO,access@1
sunion | readonly | read,set,slow | RO,access@1..-1 | nondeterministic_output_order
time | loading,stale,fast | fast | - | nondeterministic_output
touch | readonly,fast | keyspace,read,fast | RO@1..-1 | request_policy:multi_shard,response_policy:agg_sum
ttl | readonly,fast | keyspace,read,fast | RO,access@1 | nondeterministic_output
type | readonly,fast | keyspace,read,fast | RO@1
unlink | write,fast | keyspace,write,fast | RM,delete@1..-1 | request_policy:multi_shard,response_policy:agg_sum
unsubscribe | pubsub,noscript,loading,stale | pubsub,slow
unwatch | noscript,loading,stale,fast,allow_busy | fast,transaction
wait | noscript | slow,connection | - | request_policy:all_shards,response_policy:agg_min
watch | noscript,loading,stale,fast,allow_busy | fast,transaction | RO@1..-1
zadd | write,denyoom,fast | write,sortedset,fast | RW,update@1
zcard | readonly,fast | read,sortedset,fast | RO@1
zcount | readonly,fast | read,sortedset,fast | RO,access@1
zincrby | write,denyoom,fast | write,sortedset,fast | RW,access,update@1
zmscore | readonly,fast | read,sortedset,fast | RO,access@1
zpopmax | write,fast | write,sortedset,fast | RW,access,delete@1
zpopmin | write,fast | write,sortedset,fast | RW,access,delete@1
zrange | readonly | read,sortedset,slow | RO,access@1
zrangebylex | readonly | read,sortedset,slow | RO,access@1
zrangebyscore | readonly | read,sortedset,slow | RO,access@1
zrank | readonly,fast | read,sortedset,fast | RO,access@1
zrem | write,fast | write,sortedset,fast | RW,delete@1
zremrangebyrank | write | write,sortedset,slow | RW,delete@1
zremrangebyscore | write | write,sortedset,slow | RW,delete@1
zrevrange | readonly | read,sortedset,slow | RO,access@1
zrevrangebylex | readonly | read,sortedset,slow | RO,access@1
zrevrangebyscore | readonly | read,sortedset,slow | RO,access@1
zrevrank | readonly,fast | read,sortedset,fast | RO,access@1
zscan | readonly | read,sortedset,slow | RO,access@1 | nondeterministic_output
zscore | readonly,fast | read,sortedset,fast | RO,access@1
`;

const NOTES: Readonly<Record<string, string>> = {
  eval: 'We cannot tell how the keys will be used so we assume the worst, RW and UPDATE',
  eval_ro: 'We cannot tell how the keys will be used so we assume the worst, RO and ACCESS',
  getex: 'RW and UPDATE because it changes the TTL',
  set: 'RW and ACCESS due to the optional `GET` argument',
};

/** Where keys stand among the arguments of a command. */
export interface KeySpec {
  readonly flags: readonly string[];
  readonly note: string | undefined;
  /** The place of the first key, or of the number of keys. */
  readonly first: number;
  /** The place of the last key, counted from the first; negative: from the end. `counted`: as many as the number at `first` says. */
  readonly last: number | 'counted';
  readonly step: number;
}

export interface CommandFacts {
  readonly flags: readonly string[];
  readonly categories: readonly string[];
  readonly keys: readonly KeySpec[];
  readonly tips: readonly string[];
}

const NONE: CommandFacts = { flags: [], categories: [], keys: [], tips: [] };

const facts: ReadonlyMap<string, CommandFacts> = new Map(
  FACTS.trim()
    .split('\n')
    .map((line) => {
      const [name = '', flags = '', categories = '', keys = '', tips = ''] = line.split(' | ');
      return [name, { flags: list(flags), categories: list(categories), keys: list(keys, ';').map((text) => parseKeys(name, text)), tips: list(tips) }];
    }),
);

function list(text: string, separator = ','): string[] {
  return text === '' || text === '-' ? [] : text.split(separator);
}

function parseKeys(name: string, text: string): KeySpec {
  const [, flags = '', counted, first, last = '0', step = '1'] = /^(.*)@(#?)(\d+)(?:\.\.(-?\d+))?(?:\/(\d+))?$/.exec(text) ?? [];
  return { flags: list(flags), note: NOTES[name], first: Number(first), last: counted === '#' ? 'counted' : Number(last), step: Number(step) };
}

/** What is known of a command by its name in lower case; a subcommand is named `client|kill`. */
export function factsOf(name: string): CommandFacts {
  return facts.get(name) ?? NONE;
}
