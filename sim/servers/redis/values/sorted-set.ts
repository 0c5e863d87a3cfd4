export interface ScoredMember {
  readonly member: string;
  readonly score: number;
}

/** Members ordered by score, then by their bytes. */
export class SortedSet {
  readonly #scores = new Map<string, number>();
  readonly #order: ScoredMember[] = [];

  get size(): number {
    return this.#scores.size;
  }

  score(member: string): number | undefined {
    return this.#scores.get(member);
  }

  /** All members in order. Not to be kept across a change. */
  inOrder(): readonly ScoredMember[] {
    return this.#order;
  }

  /** Adds the member or moves it. There is no negative zero: Redis's compact encoding keeps whole scores as integers. */
  set(member: string, given: number): void {
    const score = given === 0 ? 0 : given;
    const old = this.#scores.get(member);
    if (old !== undefined) {
      if (old === score) return;
      this.#order.splice(this.#position(member, old), 1);
    }
    this.#scores.set(member, score);
    this.#order.splice(this.#position(member, score), 0, { member, score });
  }

  delete(member: string): boolean {
    const old = this.#scores.get(member);
    if (old === undefined) return false;
    this.#order.splice(this.#position(member, old), 1);
    this.#scores.delete(member);
    return true;
  }

  rank(member: string): number | undefined {
    const score = this.#scores.get(member);
    return score === undefined ? undefined : this.#position(member, score);
  }

  /** Removes `count` members from the one at `start` on, and returns them. */
  removeRange(start: number, count: number): ScoredMember[] {
    const removed = this.#order.splice(start, count);
    for (const { member } of removed) this.#scores.delete(member);
    return removed;
  }

  copy(): SortedSet {
    const copy = new SortedSet();
    for (const item of this.#order) {
      copy.#order.push(item);
      copy.#scores.set(item.member, item.score);
    }
    return copy;
  }

  /** Where the member with this score stands, or would stand. */
  #position(member: string, score: number): number {
    let low = 0;
    let high = this.#order.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const item = this.#order[middle];
      if (item !== undefined && (item.score < score || (item.score === score && item.member < member))) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
