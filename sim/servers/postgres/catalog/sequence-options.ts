import type { Node } from 'libpg-query';
import { unsupported } from '../sql-error.js';

export interface SequenceOptions {
  readonly start?: bigint;
  readonly increment?: bigint;
  readonly maximum?: bigint;
}

/** START and INCREMENT of a sequence or an identity column. */
export function sequenceOptions(nodes: readonly Node[] | undefined): SequenceOptions {
  const options: { start?: bigint; increment?: bigint } = {};
  for (const node of nodes ?? []) {
    const { defname = '', arg } = 'DefElem' in node ? node.DefElem : {};
    if ((defname !== 'start' && defname !== 'increment') || arg === undefined || !('Integer' in arg)) throw unsupported(`the option ${defname} of a sequence`);
    options[defname] = BigInt(arg.Integer.ival ?? 0);
  }
  return options;
}
