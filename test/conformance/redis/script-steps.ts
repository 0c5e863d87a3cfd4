import { MOVE, READ, WRITE } from '../../../src/inventory/redis-stock.lua.js';
import { ACQUIRE, EXTEND, RELEASE } from '../../../src/locks/redis-lock.lua.js';
import type { RedisScript } from '../../../src/ports/redis.js';
import { randomScript } from './lua-scripts.js';
import type { PortStep } from './port-step.js';
import type { Draw, Step } from './step.js';

interface ScriptUse {
  readonly script: RedisScript;
  readonly keys: readonly string[];
  readonly args: readonly string[];
}

const lockKeys = (name: string): string[] => [`{${name}}:lock`, `{${name}}:fence`];
const stockKeys = (sku: string, operation: string): string[] => [sku, `${sku}:access`, `${sku}:ledger`, `${sku}:operation:${operation}`];

const FENCE_LIFE = '@long';

/** Of a small script, named by what it does. */
const small =
  (name: string, lua: string) =>
  (keys: readonly string[], args: readonly string[]): ScriptUse => ({ script: { name, lua }, keys, args });

const publish = small('publish', "return redis.call('PUBLISH', KEYS[1], ARGV[1])");
const increment = small('increment', "return redis.call('INCR', KEYS[1])");
const echo = small('echo', 'return {ARGV[1], #ARGV[1], {KEYS[1], false, true, 3.7}, redis.status_reply(ARGV[1])}');
const expire = small('expire', "redis.call('SET', KEYS[1], 'by script', 'PX', ARGV[1]) return redis.call('PTTL', KEYS[1])");

/** How the words of a template call a script. Ours are the very texts that the lock and the stock use. */
const uses: Readonly<Record<string, (words: readonly string[], draw: Draw) => ScriptUse>> = {
  acquire: ([lock = '', owner = '', life = '']) => ({ script: ACQUIRE, keys: lockKeys(lock), args: [owner, life, FENCE_LIFE] }),
  extend: ([lock = '', owner = '', token = '', life = '']) => ({ script: EXTEND, keys: lockKeys(lock).slice(0, 1), args: [owner, token, life] }),
  release: ([lock = '', owner = '']) => ({ script: RELEASE, keys: lockKeys(lock), args: [owner, FENCE_LIFE] }),
  move: ([sku = '', operation = '', token = '', delta = '']) => ({
    script: MOVE,
    keys: stockKeys(sku, operation),
    args: [operation, bare(token), FENCE_LIFE, delta],
  }),
  write: ([sku = '', operation = '', token = '', onHand = '', expected = '']) => ({
    script: WRITE,
    keys: stockKeys(sku, operation),
    args: [operation, bare(token), FENCE_LIFE, onHand, bare(expected)],
  }),
  read: ([sku = '', token = '']) => ({ script: READ, keys: stockKeys(sku, '').slice(0, 2), args: [bare(token)] }),
  publish: ([channel = '', message = '']) => publish([channel], [message]),
  increment: ([key = '']) => increment([key], []),
  echo: ([key = '', text = '']) => echo([key], [text]),
  expire: ([key = '', life = '']) => expire([key], [life]),
  lua: ([key = '', arg = ''], draw) => ({ script: { name: 'random', lua: randomScript(draw) }, keys: [key], args: [arg, '17'] }),
};

/** The step that calls a script by the name that it has in templates. */
export function scriptStep(name: string, step: Step, draw: Draw): PortStep {
  const use = uses[name];
  if (use === undefined) throw new Error(`there is no script @${name} in templates`);
  return { ...step, does: 'eval', session: 0, ...use(step.args, draw) };
}

/** A template cannot name an empty word. */
const bare = (word: string): string => (word === 'none' ? '' : word);
