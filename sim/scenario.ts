import { z } from 'zod';
import type { FaultKind } from '../src/locks/envelope.js';
import { faultKinds } from './nemesis/faults.js';
import { UserInputError } from './user-input-error.js';

/** Whole numbers for one operation, by the names that the workload gave them. */
const operation = z.record(z.string(), z.int());

const scenarioShape = z.strictObject({
  version: z.literal(1),
  /** A name of ours, or the path of a module. */
  workload: z.string(),
  lock: z.string(),
  /** Where all draws come from that nothing below pins down. */
  seed: z.int().min(0),
  /** What all clients are given: `ttlMs`, `stock`... */
  params: z.record(z.string(), z.int().min(0)),
  /** The operations of each client, in order. */
  clients: z.array(z.array(operation)).min(1),
  faults: z.array(
    z
      .strictObject({
        kind: z.enum(faultKinds as readonly [FaultKind, ...FaultKind[]]),
        atMs: z.int().min(0),
        forMs: z.int().min(0),
        target: z.string(),
        strength: z.int(),
      })
      .refine(({ kind, strength }) => kind !== 'clock-drift' || strength > -1_000_000, {
        path: ['strength'],
        message: 'a clock cannot lose a million parts per million or more',
      }),
  ),
  /** How long faults may begin; then the world is healed, and progress is required. */
  horizonMs: z.int().min(0),
  /** One event in `oneIn` is late by up to `maxMicroseconds`; null: every event is prompt. */
  lateness: z.strictObject({ oneIn: z.int().min(1), maxMicroseconds: z.int().min(0) }).nullable(),
  /** Answers to particular draws, by label and index. */
  overrides: z.record(z.string(), z.record(z.string(), z.int().min(0))),
});

/** Everything that a run depends on, besides the code: the same scenario gives the same run. A small file that a person can edit. */
export type Scenario = z.infer<typeof scenarioShape>;

/** How many operations and fault episodes a scenario has: its size, as people count. */
export const operationsOf = (scenario: Scenario): number => scenario.clients.reduce((sum, operations) => sum + operations.length, 0);

/** Reads a scenario from parsed JSON. Throws a `UserInputError` that names the first thing wrong with it. */
export function parseScenario(data: unknown, origin: string): Scenario {
  const result = scenarioShape.safeParse(data);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const place = issue?.path.join('.') ?? '';
  throw new UserInputError(`${origin} is not a scenario: ${place === '' ? '' : `${place}: `}${issue?.message ?? 'wrong shape'}`);
}
