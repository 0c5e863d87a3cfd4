import { type RowVersion, unseenWriter } from '../storage/row-version.js';
import { serializationFailure } from '../storage/serialization.js';
import type { IndexKey, TableIndex } from '../storage/table-index.js';
import type { Execution } from './execution.js';

/**
 * A statement has looked at these versions: all of a table, or those under one key of an index. At SERIALIZABLE that is
 * kept, so that later writes there are seen as conflicts, and writes that the snapshot does not show are conflicts at once.
 */
export function noteRead({ host, transaction, snapshot }: Execution, what: number | readonly [TableIndex, IndexKey], versions: Iterable<RowVersion>): void {
  const own = transaction.top.serializable;
  if (own === undefined) return;
  if (typeof what === 'number') own.readTable(what);
  else own.readKey(what[0], what[1]);
  for (const version of versions) {
    host.serialization.checkReader(own);
    const writer = unseenWriter(version, snapshot)?.top.serializable;
    if (writer !== undefined) host.serialization.missed(own, writer);
  }
}

/**
 * A check that looks at the newest rows, whatever the snapshot (a unique index, a foreign key), found that there is none
 * any more where the snapshot still shows one: both cannot be true in one serial order. The real server lets some of these pass.
 */
export function refuseToKnowBetter({ transaction, snapshot }: Execution, gone: RowVersion): void {
  if (transaction.top.serializable === undefined) return;
  if (unseenWriter(gone, snapshot)?.top.serializable !== undefined) throw serializationFailure('Canceled on a row that was removed after the snapshot');
}

/** As above, but found one that the snapshot does not show. That is an error in itself; it only must not be survived. */
export function doomWhoKnowsBetter({ transaction, snapshot }: Execution, found: RowVersion): void {
  const own = transaction.top.serializable;
  if (own !== undefined && unseenWriter(found, snapshot)?.top.serializable !== undefined) own.isDoomed = true;
}
