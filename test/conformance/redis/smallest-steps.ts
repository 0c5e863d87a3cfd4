/** Takes out of a sequence whatever is not needed for it to fail: halves first, single steps last. `fails` is asked at most `tries` times. */
export async function smallestSteps<Item>(steps: readonly Item[], fails: (steps: readonly Item[]) => Promise<boolean>, tries = 200): Promise<readonly Item[]> {
  let smallest = steps;
  let left = tries;
  for (let size = Math.ceil(steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let start = smallest.length - size; start > -size; start -= size) {
      if (left === 0) return smallest;
      left -= 1;
      const candidate = [...smallest.slice(0, Math.max(0, start)), ...smallest.slice(start + size)];
      if (candidate.length > 0 && (await fails(candidate))) smallest = candidate;
    }
  }
  return smallest;
}
