import type { World } from '../kernel/world.js';
import type { Incarnation } from '../kernel/process.js';
import { isServerDown } from './server-down-error.js';
import { shown } from './settings.js';

/** A condition is no condition: it answers something that is no yes and no no. */
export class ConditionError extends Error {
  override readonly name = 'ConditionError';
}

interface Condition {
  /** True when it need not be looked at any more. */
  look(): boolean;
}

/**
 * What is looked at after every event: the conditions of `until` and `always`. They run as the test does, by its clocks. A
 * server that is down at the moment cannot be looked into: then they wait for the next event.
 */
export class Conditions {
  private readonly all: Condition[] = [];

  constructor(
    private readonly world: World,
    private readonly observer: () => Incarnation | null,
    private readonly fail: (error: unknown) => void,
  ) {}

  add(look: () => boolean): { cancel(): void } {
    const condition = { look };
    this.all.push(condition);
    this.world.afterEvent = () => this.lookAtAll();
    return { cancel: () => this.remove(condition) };
  }

  private lookAtAll(): void {
    const { world } = this;
    // Until the event is through: what a condition leaves behind (a promise that is rejected) is the test's too.
    world.current = this.observer();
    for (const condition of [...this.all]) {
      try {
        if (condition.look()) this.remove(condition);
      } catch (error) {
        if (isServerDown(error)) continue;
        this.remove(condition);
        this.fail(error);
      }
    }
  }

  private remove(condition: Condition): void {
    const at = this.all.indexOf(condition);
    if (at >= 0) this.all.splice(at, 1);
    if (this.all.length === 0) this.world.afterEvent = null;
  }
}

/** The answer of a condition of `until`. */
export function yesOrNo(what: string, answer: unknown): boolean {
  if (typeof answer === 'boolean') return answer;
  throw new ConditionError(`${what} must answer true or false at once, and answered ${answer instanceof Promise ? 'a promise' : shown(answer)}`);
}

/** The answer of a condition of `always`: null when all is well, else what is wrong. */
export function complaintOf(what: string, answer: unknown): string | null {
  if (answer === null || typeof answer === 'string') return answer;
  return yesOrNo(`${what} (or null, or a text that says what is wrong)`, answer) ? null : '';
}
