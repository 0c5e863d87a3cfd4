import { assert } from '../base/assert.js';
import { parseFencingToken, type FencingToken } from '../base/fencing-token.js';
import type { RedisReply } from '../ports/redis.js';

/** One movement of stock, as it was booked in the same step. */
export interface LedgerEntry {
  readonly operationId: string;
  /** How many units came (positive) or went (negative). */
  readonly delta: number;
  /** The fencing token that it carried. */
  readonly token: FencingToken | null;
  /** What was on hand after it. */
  readonly onHand: number;
  /** Its place in the order of accesses. */
  readonly sequence: number;
}

/** Reads what the scripts push: `sequence delta on-hand token|- operation-id`. The id comes last because it may contain spaces. */
export function parseLedgerEntry(line: RedisReply): LedgerEntry {
  const match = typeof line === 'string' ? /^(\d+) (-?\d+) (-?\d+) (\d+|-) (.+)$/.exec(line) : null;
  assert(match !== null, `not a ledger entry: ${JSON.stringify(line)}`);
  const [, sequence = '', delta = '', onHand = '', token = '', operationId = ''] = match;
  return { operationId, delta: Number(delta), token: token === '-' ? null : parseFencingToken(token), onHand: Number(onHand), sequence: Number(sequence) };
}
