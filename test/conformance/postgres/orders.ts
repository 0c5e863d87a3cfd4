interface Choice {
  readonly step: number;
  readonly count: number;
  taken: number;
}

/** Goes through all ways to choose where there is a choice, one replay after the other. The first takes the first each time. */
export class Orders {
  #choices: Choice[] = [];
  #at = 0;
  #step = 0;

  choose(count: number): number {
    if (count <= 1) return 0;
    const known = this.#choices[this.#at];
    this.#at += 1;
    if (known !== undefined) return known.taken;
    this.#choices.push({ step: this.#step, count, taken: 0 });
    return 0;
  }

  endStep(): void {
    this.#step += 1;
  }

  /** Goes over to the next way that differs from this one by the given step at the latest; false when there is none. */
  next(step: number): boolean {
    this.#at = 0;
    this.#step = 0;
    this.#choices = this.#choices.filter((choice) => choice.step <= step);
    for (let last = this.#choices.pop(); last !== undefined; last = this.#choices.pop()) {
      if (last.taken + 1 >= last.count) continue;
      this.#choices.push({ ...last, taken: last.taken + 1 });
      return true;
    }
    return false;
  }
}
