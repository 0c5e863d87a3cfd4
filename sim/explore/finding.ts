import { z } from 'zod';
import type { Checkpoint } from '../kernel/checkpoints.js';
import { parseScenario, type Scenario } from '../scenario.js';
import { UserInputError } from '../user-input-error.js';
import { packToken, unpackToken } from './token.js';

/**
 * A scenario that was run, with what it showed: what a scenario file holds, and, packed into one line, what a replay token
 * is. The digests are cut to 8 digits: they tell where two runs part, not more.
 */
export interface Finding {
  readonly scenario: Scenario;
  /** The property that it breaks; null for a run that held. */
  readonly property: string | null;
  readonly digest: string;
  readonly checkpoints: readonly Checkpoint[];
  /** Of the code that made it. */
  readonly fingerprint: string;
}

const DIGEST_DIGITS = 8;
export const shortDigest = (digest: string): string => digest.slice(0, DIGEST_DIGITS);

const shape = z.strictObject({
  holdfast: z.literal('finding'),
  property: z.string().nullable(),
  digest: z.string(),
  fingerprint: z.string(),
  checkpoints: z.array(z.tuple([z.int(), z.string()])),
  scenario: z.unknown(),
});

/** As a file: JSON that a person can read and edit. */
export function findingToText(finding: Finding): string {
  const { scenario, property, digest, checkpoints, fingerprint } = finding;
  const head = { holdfast: 'finding', property, digest: shortDigest(digest), fingerprint };
  // The scenario is what people edit: laid out; the checkpoints are not: on one line.
  const body = JSON.stringify({ ...head, scenario }, null, 2);
  const marks = JSON.stringify(checkpoints.map((mark) => [mark.event, shortDigest(mark.digest)]));
  return `${body.slice(0, -2)},\n  "checkpoints": ${marks}\n}\n`;
}

const PREFIX = 'hf1.';

/** As a token: one word for a command line. */
export function findingToToken(finding: Finding): string {
  return packToken(PREFIX, JSON.stringify(JSON.parse(findingToText(finding))));
}

export const looksLikeToken = (text: string): boolean => text.startsWith(PREFIX);

/** Reads a token. Throws a `UserInputError` with one line when it is damaged. */
export function findingFromToken(token: string): Finding {
  return findingFromText(unpackToken(PREFIX, token, ', or give the scenario file instead'), 'the replay token');
}

/** Reads a scenario file: a finding, or a bare scenario. Throws a `UserInputError` with one line when it is neither. */
export function findingFromText(text: string, origin: string): Finding {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    throw new UserInputError(`${origin} is not JSON: give a file that holdfast wrote to .holdfast/, or a token that begins with "hf1."`);
  }
  if (typeof data !== 'object' || data === null || !('holdfast' in data)) {
    return { scenario: parseScenario(data, origin), property: null, digest: '', checkpoints: [], fingerprint: '' };
  }
  const result = shape.safeParse(data);
  if (!result.success) {
    const issue = result.error.issues[0];
    throw new UserInputError(`${origin} is damaged: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'wrong shape'}`);
  }
  const { property, digest, fingerprint, checkpoints, scenario } = result.data;
  return {
    scenario: parseScenario(scenario, origin),
    property,
    digest,
    fingerprint,
    checkpoints: checkpoints.map(([event, mark]) => ({ event, digest: mark })),
  };
}
