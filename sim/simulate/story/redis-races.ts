import type { Race } from './race.js';
import type { RedisAccess } from './redis-conversation.js';
import { type Effect, effectsOf, seen } from './redis-effects.js';
import { commandInWords } from './words.js';

/**
 * The classical lost update and check-then-act: A reads a key, B writes it, A writes it without having read it again. Also
 * among the handlers of one process, which share a connection: two reads in a row, then two writes in a row. Null when there is none;
 * the last one, as it is nearest to the failure.
 */
export function findRedisRace(accesses: readonly RedisAccess[]): Race | null {
  const effects = effectsOf(accesses);
  for (let at = effects.length - 1; at >= 0; at--) {
    const write = effects[at] as Effect;
    if (isScript(write)) continue;
    for (const key of write.writes) {
      const race = raceOf(write, key, effects.slice(0, at));
      if (race !== null) return race;
    }
  }
  return null;
}

const isScript = ({ access }: Effect): boolean => /^(EVAL|EVALSHA|FCALL)$/i.test(access.args[0] ?? '');

function raceOf(write: Effect, key: string, before: readonly Effect[]): Race | null {
  const own = write.access.process;
  const on = (effect: Effect): boolean => effect.access.server === write.access.server;
  const touching = before.filter((effect) => on(effect) && (effect.reads.includes(key) || effect.writes.includes(key)));
  const lastOwn = touching.findLastIndex((effect) => effect.access.process === own);
  const last = touching[lastOwn];
  if (last === undefined) return null;
  if (last.reads.includes(key)) {
    const between = touching.slice(lastOwn + 1).findLast((effect) => effect.writes.includes(key));
    return between === undefined ? sharedRead(write, key, touching.slice(0, lastOwn + 1)) : race(key, last.access, between.access, write.access);
  }
  return sharedRead(write, key, touching);
}

/**
 * Two handlers of one process: read, read, write, write. The second write goes by a read that was made before the first. (Read,
 * write, write is one handler that writes twice.)
 */
function sharedRead(write: Effect, key: string, touching: readonly Effect[]): Race | null {
  const own = touching.filter((effect) => effect.access.process === write.access.process);
  const between = own.at(-1);
  if (between === undefined || !between.writes.includes(key) || isScript(between)) return null;
  const reads: RedisAccess[] = [];
  for (let at = own.length - 2; at >= 0 && own[at]?.reads.includes(key) === true; at--) reads.unshift((own[at] as Effect).access);
  const read = reads.at(-1);
  return reads.length < 2 || read === undefined ? null : race(key, read, between.access, write.access);
}

const race = (key: string, read: RedisAccess, between: RedisAccess, write: RedisAccess): Race => ({
  subject: `${key}${seen(read)}`,
  read,
  between,
  betweenText: commandInWords(between.args),
  write,
  writeText: commandInWords(write.args),
});
