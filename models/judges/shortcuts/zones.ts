/**
 * A stretch of time for something that lasted, of which only this is known: it had begun by `begun`, and did not end before
 * `ended`. When it was known to have begun before it can have ended (`begun < ended`), it certainly lasted from the one to the
 * other. Else it may have been as short as one likes, at any moment from `ended` to `begun`.
 */
export interface Zone<Owner> {
  readonly begun: number;
  readonly ended: number;
  readonly owner: Owner;
}

/**
 * Two stretches that cannot have been one after the other, or null when all of them fit in some order: each was certainly
 * there while the other was (Gibbons and Korach). Takes `n log n`.
 */
export function firstConflict<Owner>(zones: readonly Zone<Owner>[]): readonly [Zone<Owner>, Zone<Owner>] | null {
  const lasting = zones.filter(({ begun, ended }) => begun < ended).sort((one, other) => one.begun - other.begun);
  for (const [place, zone] of lasting.entries()) {
    const before = lasting[place - 1];
    // Those before the neighbour ended before it began, or they would have been found.
    if (before !== undefined && zone.begun < before.ended) return [before, zone];
  }
  for (const zone of zones) {
    if (zone.begun < zone.ended) continue;
    const around = lasting[lastBegunBefore(lasting, zone.ended)];
    if (around !== undefined && zone.begun < around.ended) return [around, zone];
  }
  return null;
}

/** The place of the last one that begun before `time`; -1 when there is none. */
function lastBegunBefore(lasting: readonly Zone<unknown>[], time: number): number {
  let low = 0;
  let high = lasting.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lasting[middle]?.begun ?? Infinity) < time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
