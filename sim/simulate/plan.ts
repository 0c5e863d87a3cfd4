import { z } from 'zod';
import type { FaultKind } from '../../src/locks/envelope.js';
import { faultKinds } from '../nemesis/faults.js';

export const episodesShape = z.array(
  z.strictObject({
    kind: z.enum(faultKinds as readonly [FaultKind, ...FaultKind[]]),
    atMs: z.int().min(0),
    forMs: z.int().min(0),
    target: z.string(),
    strength: z.int(),
  }),
);

export const planShape = z.strictObject({
  version: z.literal(1),
  /** What the simulation is called. */
  name: z.string(),
  /** Where all draws come from that nothing below pins down. */
  seed: z.int().min(0),
  faults: episodesShape,
  /** How long faults may act, in virtual milliseconds; then all of them end. */
  horizonMs: z.int().min(0),
  /** One event in `oneIn` is late by up to `maxMicroseconds`; null: every event is prompt. */
  lateness: z.strictObject({ oneIn: z.int().min(1), maxMicroseconds: z.int().min(0) }).nullable(),
  /** Answers to particular draws, by label and index. */
  overrides: z.record(z.string(), z.record(z.string(), z.int().min(0))),
});

/** Everything that a run of `simulate` depends on, besides the code: the same plan gives the same run. */
export type Plan = z.infer<typeof planShape>;

/** The plan of a run in which nothing goes wrong. */
export const calmPlan = (name: string, seed: number): Plan => ({ version: 1, name, seed, faults: [], horizonMs: 0, lateness: null, overrides: {} });
