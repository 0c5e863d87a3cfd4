import { sequenceOf, shownToken } from '../../history-fields.js';
import { defineModel } from '../sequential-model.js';

export interface FencedResourceState {
  /** The newest token that an accepted access has shown. */
  readonly newest: bigint;
  /** The place of the last access in the resource's own order. */
  readonly sequence: number;
}

/**
 * A resource that looks at fencing tokens: once it has accepted one (args.token), in a `read` or a `write`, it accepts nothing
 * older. Where it numbers its accesses (value.sequence), that is the order in which it accepted them. Accesses without a token,
 * and answers from its memory (value.repeated), are none of this model's business.
 */
export const fencedResource = defineModel<FencedResourceState>({
  name: 'fenced-resource',
  about: 'What has accepted a fencing token accepts nothing older.',
  operations: ['read', 'write', 'take', 'sell'],
  init: () => ({ newest: 0n, sequence: -1 }),
  step(state, record) {
    const token = shownToken(record) ?? 0n;
    if (record.status === 'unknown') return state;
    const sequence = sequenceOf(record) ?? state.sequence;
    if (token < state.newest || sequence < state.sequence) return undefined;
    return { newest: token, sequence };
  },
  // Unanswered accesses matter to nobody: if they raised the fence, nothing that was accepted shows it.
  prepare: (operations) => operations.filter((record) => record.status === 'ok' && record.value['repeated'] !== true && shownToken(record) !== null),
  describe: ({ newest }) => (newest === 0n ? 'it has seen no token' : `it has seen token ${newest}`),
  expected: ({ newest }) => `it had to refuse tokens below ${newest}`,
});
