import { AT_FIRST, type KeyVersions } from './versions.js';
import type { Transaction } from './transaction.js';

/** `ww`: overwrote what the other had written. `wr`: read what the other had written. `rw`: overwrote what the other had read. */
export type DependencyKind = 'ww' | 'wr' | 'rw';

/** In any serial order `from` comes before `to`. */
export interface Dependency {
  readonly kind: DependencyKind;
  readonly from: Transaction;
  readonly to: Transaction;
  readonly key: string;
}

/** What the versions of the keys say about the order of their transactions. */
export function dependenciesOf(versions: readonly KeyVersions[]): Dependency[] {
  return versions.flatMap(({ key, writers, after, readers }) => {
    const found: Dependency[] = [];
    const add = (kind: DependencyKind, from: Transaction | undefined, to: Transaction | undefined): void => {
      if (from !== undefined && to !== undefined && from !== to) found.push({ kind, from, to, key });
    };
    for (const [version, list] of readers) for (const reader of list) add('wr', writers.get(version), reader);
    for (const [version, nexts] of after) {
      for (const next of nexts) {
        if (version !== AT_FIRST) add('ww', writers.get(version), writers.get(next));
        for (const reader of readers.get(version) ?? []) add('rw', reader, writers.get(next));
      }
    }
    return found;
  });
}
