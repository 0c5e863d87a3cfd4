import { expect, test } from 'vitest';
import type { RespValue } from '../../../sim/servers/redis/resp-value.js';
import { FLOOR, isLongForm, LONG_TEST_MS } from './conformance-form.js';
import { errorBranches } from './error-branches.js';
import { HitTable } from './hit-table.js';
import { portFamilies } from './port-families.js';
import { familySteps, labelsOf, type PortFamily } from './port-family.js';
import { commandStep, type PortStep } from './port-step.js';
import { expectedLabels, randomSteps } from './random-steps.js';
import type { SideBySide } from './side-by-side.js';
import { drawsFrom } from './step.js';
import type { Entry, Transcript } from './transcript.js';

/** How many sequences of a family; those with sleeps take their time. */
const SHORT_FORM: Readonly<Record<string, number>> = { expiry: 12, 'expiry in seconds': 1 };
const LONG_FORM: Readonly<Record<string, number>> = { expiry: 200, 'expiry in seconds': 60 };

const MEASURE = isLongForm ? LONG_FORM : SHORT_FORM;

/**
 * The conformance suite of `RedisPort`: random sequences of 24 steps and more go through the ports of two contenders, and every outcome and
 * every message must be the same; and in the end, all the data. A failure shows the shortest sequence that it found.
 */
export function redisPortSuite(pair: () => SideBySide): void {
  for (const family of portFamilies) {
    const sequences = MEASURE[family.name] ?? (isLongForm ? 800 : 60);
    test(
      `${family.name}: ${sequences} sequences`,
      async () => {
        const hits = await runSequences(pair(), sequences, (seed) => sequenceOf(family, seed));
        // Random Lua has more errors than anybody can count, and what goes wrong among sleeps goes wrong elsewhere too.
        const errors = family.name.startsWith('expiry') || family.name === 'random Lua' ? [] : hits.errorBranches;
        report(hits, [...labelsOf(family), ...errors]);
      },
      LONG_TEST_MS,
    );
  }

  const sequences = isLongForm ? 6000 : 100;
  test(
    `all commands, bad ones among them: ${sequences} sequences`,
    async () => {
      const hits = await runSequences(pair(), sequences, (seed) => {
        const draw = drawsFrom(seed);
        return randomSteps(draw, { sessions: 2, length: 20 + draw(41) }).map(commandStep);
      });
      report(hits, [...expectedLabels, ...errorBranches]);
    },
    LONG_TEST_MS,
  );
}

export function sequenceOf(family: PortFamily, seed: number): PortStep[] {
  return familySteps(family, drawsFrom(seed), 24);
}

/** Runs sequences, the seeds of which count from 1, and tells what they hit. */
export async function runSequences(pair: SideBySide, count: number, sequence: (seed: number) => PortStep[]): Promise<HitTable> {
  const hits = new HitTable();
  for (let seed = 1; seed <= count; seed += 1) {
    const steps = sequence(seed);
    const transcript = await pair.run(steps).catch((error: unknown) => expect.fail(`seed ${seed}: ${(error as Error).message}`));
    countHits(hits, steps, transcript);
  }
  return hits;
}

function countHits(hits: HitTable, steps: readonly PortStep[], { entries }: Transcript): void {
  for (const [at, step] of steps.entries()) hits.count(step, replyOf(step, entries[at] as Entry));
}

/** Of an error in a random script only the code: its words are different every time. */
function replyOf(step: PortStep, { outcome }: Entry): RespValue {
  if (outcome?.status === 'refused') {
    const { refusal } = outcome;
    return { error: step.does === 'eval' && step.script.name === 'random' && 'code' in refusal ? refusal.code : refusal.message };
  }
  return outcome?.status === 'ok' ? outcome.value : null;
}

function report(hits: HitTable, expected: readonly string[]): void {
  if (!isLongForm) return;
  console.log(hits.toString());
  expect(hits.below(FLOOR, expected)).toEqual([]);
}
