import type { HistoryValue } from '../../history.js';
import { canonical } from '../canonical.js';
import { valueWords } from '../operation-words.js';
import { defineModel } from '../sequential-model.js';
import { registerShortcut } from '../shortcuts/register-zones.js';

/**
 * A register: `write` (args.value), `read` (value.value), and `cas` (args.from, args.to), which is `ok` where it found what
 * it expected. It holds null at first. Each key is a register of its own.
 */
export const register = defineModel<HistoryValue>({
  name: 'register',
  about: 'A read answers what was written last; a cas happens where it found what it expected.',
  operations: ['read', 'write', 'cas'],
  effectOf: ({ operation, args }) => canonical([operation, args['value'], args['from'], args['to']]),
  init: () => null,
  step(held, { operation, args, status, value }) {
    if (operation === 'write') return args['value'] ?? null;
    if (operation === 'cas') return isSame(held, args['from']) ? (args['to'] ?? null) : status === 'ok' ? undefined : held;
    return status === 'unknown' || isSame(held, value['value']) ? held : undefined;
  },
  describe: (held) => `it holds ${valueWords(held)}`,
  expected: (held, { operation }) => (operation === 'cas' ? `a cas had to expect ${valueWords(held)}` : `a read had to answer ${valueWords(held)}`),
  shortcut: registerShortcut,
});

const isSame = (one: HistoryValue, other: HistoryValue | undefined): boolean => one === (other ?? null) || canonical(one) === canonical(other ?? null);
