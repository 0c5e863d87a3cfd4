import { NOT_A_FLOAT, NOT_AN_INTEGER, refuse } from './command-error.js';
import { parseDouble } from './values/double.js';
import type { Int64 } from './values/int64.js';
import { parseInt64 } from './values/int64.js';

/** The argument at `index`. Only for what the arity has made sure of. */
export function arg(args: readonly string[], index: number): string {
  const value = args[index];
  if (value === undefined) throw new Error(`argument ${index} of ${args[0] ?? 'nothing'} is missing: its arity is wrong`);
  return value;
}

export function integerArgument(text: string, error: string = NOT_AN_INTEGER): Int64 {
  return parseInt64(text) ?? refuse(error);
}

/** An integer that is a position or a count, where no more than 2^53 makes a difference. */
export function indexArgument(text: string, error: string = NOT_AN_INTEGER): number {
  return Number(integerArgument(text, error));
}

/** An integer that Redis keeps in 32 bits. */
export function int32Argument(text: string): number {
  const value = indexArgument(text);
  if (value < -0x80000000 || value > 0x7fffffff) refuse('ERR value is out of range, value must between -2147483648 and 2147483647');
  return value;
}

export function doubleArgument(text: string, error: string = NOT_A_FLOAT): number {
  return parseDouble(text) ?? refuse(error);
}

/** An inclusive range with negative ends counted from the back, cut to what there is; undefined when empty. */
export function sliceBounds(start: number, end: number, size: number): { first: number; last: number } | undefined {
  const first = Math.max(0, start < 0 ? size + start : start);
  const last = Math.min(size - 1, end < 0 ? size + end : end);
  return first > last || first >= size ? undefined : { first, last };
}
