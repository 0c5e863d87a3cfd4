import type { Execution } from '../execute/execution.js';
import { Table } from '../storage/table.js';

/** The tables that a transaction knows. */
export function tablesSeenBy(x: Execution): Table[] {
  return x.host.catalog.objects(x.transaction).filter((object) => object instanceof Table);
}
