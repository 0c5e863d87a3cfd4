import type { SimulationFailure } from '../simulate/simulation-failure.js';

/** What assertion libraries leave in their errors, and runners show as a difference. */
const COMPARED = ['expected', 'actual', 'operator', 'showDiff'];

/**
 * A simulated test failed. Its message holds all that there is to know; nothing else is enumerable, as runners print every
 * field that is, and the story would come twice.
 */
export class SimTestFailure extends Error {
  override readonly name: string = 'SimTestFailure';
  /** The seed and the plan of the run, and the token that replays it. */
  declare readonly failure: SimulationFailure;

  constructor(failure: SimulationFailure, remarks: readonly string[]) {
    const { headline, story, cause } = failure;
    super([`${headline}\n`, story, ...remarks].join('\n'));
    this.stack = `${this.name}: ${this.message}${framesOf(failure)}`;
    const compared = typeof cause === 'object' && cause !== null ? Object.entries(cause).filter(([name]) => COMPARED.includes(name)) : [];
    for (const [name, value] of [['name', this.name], ['failure', failure], ...compared] as const)
      Object.defineProperty(this, name, { value, enumerable: false, writable: true, configurable: true });
  }
}

/** What follows the message, on lines of their own. */
const framesOf = ({ name, message, stack = '' }: Error): string => (stack.startsWith(`${name}: ${message}`) ? stack.slice(`${name}: ${message}`.length) : '');
