const COMMAND_COMPLETE = 0x43;
const READY_FOR_QUERY = 0x5a;
const OUTSIDE_TRANSACTION = 0x49;
const HEAD = 5;

/**
 * Whether these bytes from a PostgreSQL tell a client that something is committed: a statement is complete, be it COMMIT or
 * one that is a transaction of its own, and no transaction is open after it. What is torn into several pieces is not known.
 */
export function answersCommit(bytes: Buffer): boolean {
  let isComplete = false;
  let at = 0;
  while (at + HEAD <= bytes.length) {
    const type = bytes[at];
    const end = at + 1 + bytes.readInt32BE(at + 1);
    if (end < at + HEAD || end > bytes.length) return false;
    if (type === COMMAND_COMPLETE) isComplete = bytes.toString('latin1', at + HEAD, end - 1) !== 'ROLLBACK';
    if (type === READY_FOR_QUERY && isComplete && bytes[at + HEAD] === OUTSIDE_TRANSACTION) return true;
    at = end;
  }
  return false;
}
