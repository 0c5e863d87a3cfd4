import { judge } from '../models/judges/judge.js';
import { inventory } from '../models/judges/specifications/inventory.js';
import { judged } from './judged.js';
import type { Property } from './property.js';

/** The stock behaves like one that is asked one thing after the other: the judge `inventory`. Asked of histories that say what there was at first. */
export const linearizableStock: Property = {
  name: 'linearizable-stock',
  kind: 'always',
  claim: 'Some order of all sales and looks at the stock, each between its call and its return, explains every answer, and the ledger.',
  check: (history) => judged(linearizableStock.name, judge(history, inventory)),
};
