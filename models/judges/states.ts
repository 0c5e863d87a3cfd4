import { canonical } from './canonical.js';

/** Gives equal states one number, so that a search compares numbers. */
export class States<State> {
  private readonly states: State[] = [];
  private readonly numbers = new Map<unknown, number>();

  constructor(private readonly equal: ((one: State, other: State) => boolean) | undefined) {}

  numberOf(state: State): number {
    if (this.equal !== undefined)
      return this.found(
        this.states.findIndex((other) => this.equal?.(state, other)),
        state,
      );
    // A text of an object must not be taken for that very text.
    const key = typeof state === 'object' && state !== null ? `object ${canonical(state)}` : typeof state === 'string' ? `text ${state}` : state;
    const number = this.numbers.get(key);
    if (number !== undefined) return number;
    this.numbers.set(key, this.states.length);
    return this.found(-1, state);
  }

  stateOf(number: number): State {
    return this.states[number] as State;
  }

  private found(number: number, state: State): number {
    return number >= 0 ? number : this.states.push(state) - 1;
  }
}
