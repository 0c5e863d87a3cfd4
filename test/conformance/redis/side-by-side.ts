import { firstDifference, showDifference, type Difference } from './compare-transcripts.js';
import type { Contender } from './contender.js';
import type { PortStep } from './port-step.js';
import { TimeScale } from './run-clock.js';
import { smallestSteps } from './smallest-steps.js';
import type { Transcript } from './transcript.js';

/** Short lives of this many milliseconds at first, and doubled after each run that was held up. */
const FIRST_UNIT_MS = 40;

const ATTEMPTS = 7;

/** Two contenders answered the same sequence, made as short as possible, in different ways. */
export class Disagreement extends Error {
  constructor(
    readonly difference: Difference,
    names: readonly [string, string],
  ) {
    super(`${names.join(' and ')} do not agree:\n${showDifference(difference, names)}`);
  }
}

/** Runs sequences on two contenders, and compares them step by step. */
export class SideBySide {
  constructor(
    readonly one: Contender,
    readonly other: Contender,
  ) {}

  /** What `one` answered, when they agree; throws with the smallest sequence in which they do not. */
  async run(steps: readonly PortStep[]): Promise<Transcript> {
    let found: Difference | undefined;
    // Here a clock may tick between two commands, and there not. What is wrong is wrong every time.
    for (let time = 0; time < 3; time += 1) {
      const { transcript, difference } = await this.#compare(steps);
      if (difference === undefined) return transcript;
      found = difference;
    }
    throw new Disagreement(await this.#smallest(found as Difference), [this.one.name, this.other.name]);
  }

  async #smallest(found: Difference): Promise<Difference> {
    let smallest = found;
    // Only what fails at the same kind of step, and in the same way on one side, is the same difference.
    const theSame = ({ at, steps, entries: [entry] }: Difference): boolean =>
      steps[at]?.labels[0] === found.steps[found.at]?.labels[0] && entry.outcome?.status === found.entries[0].outcome?.status;
    await smallestSteps(found.steps, async (steps) => {
      const { difference } = await this.#compare(steps);
      if (difference === undefined || !theSame(difference)) return false;
      smallest = difference;
      return true;
    });
    return smallest;
  }

  async #compare(steps: readonly PortStep[]): Promise<{ transcript: Transcript; difference: Difference | undefined }> {
    const [first, ...later] = unitsFor(steps);
    for (const unit of [first, ...later] as number[]) {
      const scale = new TimeScale(unit);
      const now = Date.now();
      const other = await this.other.run(steps, scale, now);
      const one = await this.one.run(steps, scale, now);
      if (later.length > 0 && (one.late || other.late)) continue;
      return { transcript: one, difference: firstDifference(steps, one, other, scale) };
    }
    throw new Error(`the machine is so busy that a sequence of ${steps.length} steps was held up ${ATTEMPTS} times`);
  }
}

/** Only a sequence with short lives has to be in time. Lives in seconds begin with one second. */
function unitsFor(steps: readonly PortStep[]): number[] {
  const args = steps.flatMap((step) => step.args);
  if (!args.some((arg) => arg.startsWith('@short'))) return [FIRST_UNIT_MS];
  const first = args.some((arg) => arg.startsWith('@short-s')) ? 1000 : FIRST_UNIT_MS;
  return Array.from({ length: ATTEMPTS }, (_, i) => first * 2 ** i);
}
