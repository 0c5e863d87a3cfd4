import { SortedSet } from './sorted-set.js';

/** What a key holds. `expireAt`: the last millisecond of its life by the wall clock; infinite when it does not expire. */
export type Entry = StringEntry | HashEntry | ListEntry | SetEntry | SortedSetEntry;

interface Expiring {
  expireAt: number;
}

export interface StringEntry extends Expiring {
  readonly type: 'string';
  value: string;
}

export interface HashEntry extends Expiring {
  readonly type: 'hash';
  readonly value: Map<string, string>;
}

export interface ListEntry extends Expiring {
  readonly type: 'list';
  readonly value: string[];
}

export interface SetEntry extends Expiring {
  readonly type: 'set';
  readonly value: Set<string>;
}

export interface SortedSetEntry extends Expiring {
  readonly type: 'zset';
  readonly value: SortedSet;
}

/** The `expireAt` of a key that does not expire. */
export const NEVER = Infinity;

/** A copy that shares nothing with the original. */
export function copyEntry(entry: Entry): Entry {
  const { expireAt } = entry;
  switch (entry.type) {
    case 'string':
      return { type: 'string', value: entry.value, expireAt };
    case 'hash':
      return { type: 'hash', value: new Map(entry.value), expireAt };
    case 'list':
      return { type: 'list', value: [...entry.value], expireAt };
    case 'set':
      return { type: 'set', value: new Set(entry.value), expireAt };
    case 'zset':
      return { type: 'zset', value: entry.value.copy(), expireAt };
  }
}

export const newHash = (): HashEntry => ({ type: 'hash', value: new Map(), expireAt: NEVER });
export const newList = (): ListEntry => ({ type: 'list', value: [], expireAt: NEVER });
export const newSet = (): SetEntry => ({ type: 'set', value: new Set(), expireAt: NEVER });
export const newSortedSet = (): SortedSetEntry => ({ type: 'zset', value: new SortedSet(), expireAt: NEVER });
