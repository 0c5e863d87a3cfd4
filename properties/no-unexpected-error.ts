import { inMilliseconds } from '../models/history-fields.js';
import { returnOf } from '../models/operations.js';
import type { Property } from './property.js';

/** Expected failures are answers; whatever an operation throws is a bug. The recorder keeps it as `value.thrown`. */
export const noUnexpectedError: Property = {
  name: 'no-unexpected-error',
  kind: 'always',
  claim: 'No operation ends by throwing.',
  check({ records }) {
    for (const record of records) {
      const thrown = record.type === 'operation' ? record.value['thrown'] : undefined;
      if (record.type !== 'operation' || typeof thrown !== 'string') continue;
      return {
        property: noUnexpectedError.name,
        message: `${record.process}'s ${record.operation} of ${record.key} (operation ${record.id}) threw at ${inMilliseconds(returnOf(record))}: ${thrown}`,
        event: record.event,
        operations: [record.id],
      };
    }
    return null;
  },
};
