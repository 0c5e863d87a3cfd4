/** What a statement does to a transaction block that was opened by nobody's BEGIN. */
export type TransactionCommand =
  /** Makes it a block of the client. `modes`: the isolation level and so on. */
  | { readonly kind: 'begin'; readonly tag: string; readonly modes: string }
  | { readonly kind: 'end' }
  /** Is refused there. */
  | { readonly kind: 'block-only'; readonly name: string };

const LEADING = /^(?:\s|--[^\n]*(?:\n|$)|\/\*(?:[^*]|\*(?!\/))*\*\/)*/;
const BEGIN = /^(begin|start\s+transaction)\b(?:\s+(?:work|transaction)\b)?([^]*)$/i;
const END = /^(commit|end|rollback|abort)\b(?!\s+prepared\b)([^]*)$/i;
const SAVEPOINT = /^(savepoint|release)\b/i;
const TO = /^(?:\s+(?:work|transaction))?\s+to\b/i;
const CHAIN = /^(?:\s+(?:work|transaction))?\s+and\s+chain\b/i;

/** Undefined for a statement that works in any transaction. */
export function transactionCommand(statement: string): TransactionCommand | undefined {
  const text = statement.replace(LEADING, '');
  const begin = BEGIN.exec(text);
  if (begin !== null) {
    return { kind: 'begin', tag: begin[1]?.toLowerCase() === 'begin' ? 'BEGIN' : 'START TRANSACTION', modes: (begin[2] ?? '').replace(/;\s*$/, '').trim() };
  }
  const end = END.exec(text);
  if (end !== null) {
    const [, verb = '', rest = ''] = end;
    const isRollback = /^(rollback|abort)$/i.test(verb);
    if (isRollback && TO.test(rest)) return { kind: 'block-only', name: 'ROLLBACK TO SAVEPOINT' };
    if (CHAIN.test(rest)) return { kind: 'block-only', name: isRollback ? 'ROLLBACK AND CHAIN' : 'COMMIT AND CHAIN' };
    return { kind: 'end' };
  }
  const savepoint = SAVEPOINT.exec(text);
  if (savepoint === null) return undefined;
  return { kind: 'block-only', name: savepoint[1]?.toLowerCase() === 'release' ? 'RELEASE SAVEPOINT' : 'SAVEPOINT' };
}

/** Whether a statement is let through in a transaction that has failed, as it ends it or goes back in it. */
export function leavesFailedTransaction(text: string): boolean {
  const command = transactionCommand(text);
  return command?.kind === 'end' || (command?.kind === 'block-only' && !/^(?:SAVEPOINT|RELEASE)/.test(command.name));
}
