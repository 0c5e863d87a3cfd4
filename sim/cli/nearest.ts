/** Those of `names` that `text` may have been meant to be, best first: at most a third of its letters differ. */
export function nearest(text: string, names: readonly string[]): string[] {
  const wanted = text.toLowerCase();
  return names
    .map((name) => ({ name, distance: name.includes(wanted) && wanted.length >= 3 ? 1 : editDistance(wanted, name) }))
    .filter(({ name, distance }) => distance <= Math.max(1, Math.floor(Math.max(name.length, wanted.length) / 3)))
    .sort((one, other) => one.distance - other.distance)
    .slice(0, 3)
    .map(({ name }) => name);
}

/** ` (did you mean redis?)`, or nothing. */
export function didYouMean(text: string, names: readonly string[]): string {
  const near = nearest(text, names);
  return near.length === 0 ? '' : ` (did you mean ${near.join(' or ')}?)`;
}

/** Insertions, deletions, replacements, and swaps of neighbours. */
function editDistance(one: string, other: string): number {
  let before: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row++) {
    const next = [row];
    for (let column = 1; column <= other.length; column++) {
      const isSame = one[row - 1] === other[column - 1];
      let best = Math.min(at(last, column) + 1, at(next, column - 1) + 1, at(last, column - 1) + (isSame ? 0 : 1));
      if (row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]) best = Math.min(best, at(before, column - 2) + 1);
      next.push(best);
    }
    before = last;
    last = next;
  }
  return at(last, other.length);
}

const at = (row: readonly number[], column: number): number => row[column] as number;
