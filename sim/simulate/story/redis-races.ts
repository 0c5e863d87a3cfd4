import type { Access } from './conversation.js';
import { type Effect, effectsOf, seen } from './redis-effects.js';
import { commandInWords, ms } from './words.js';

/** A write on the strength of a read that was out of date by then. */
export interface Race {
  readonly key: string;
  readonly read: Access;
  /** What came between. */
  readonly between: Access;
  readonly write: Access;
}

/**
 * The classical lost update and check-then-act: A reads a key, B writes it, A writes it without having read it again. Also
 * among the handlers of one process, which share a connection: two reads in a row, then two writes in a row. Null when there is none;
 * the last one, as it is nearest to the failure.
 */
export function findRace(accesses: readonly Access[]): Race | null {
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
    return between === undefined
      ? sharedRead(write, key, touching.slice(0, lastOwn + 1))
      : { key, read: last.access, between: between.access, write: write.access };
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
  const reads: Access[] = [];
  for (let at = own.length - 2; at >= 0 && own[at]?.reads.includes(key) === true; at--) reads.unshift((own[at] as Effect).access);
  const read = reads.at(-1);
  return reads.length < 2 || read === undefined ? null : { key, read, between: between.access, write: write.access };
}

/** The race in one or two sentences. */
export function raceInWords({ key, read, between, write }: Race): string {
  const who = (access: Access): string => (access.process === read.process ? `${access.process} itself, in another request,` : access.process);
  return (
    `${read.process} read ${key}${seen(read)} at ${ms(read.time)} ms; ${who(between)} wrote it at ${ms(between.time)} ms (${commandInWords(between.args)}); ` +
    `${write.process} wrote it at ${ms(write.time)} ms (${commandInWords(write.args)}) on the strength of what it had read.`
  );
}
