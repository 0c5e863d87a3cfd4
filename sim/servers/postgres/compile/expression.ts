import type { Evaluable } from '../execute/evaluate.js';
import type { Frame } from '../execute/execution.js';
import type { SqlType } from '../types/sql-type.js';
import { UNKNOWN } from '../types/sql-type.js';
import type { SqlValue } from '../types/sql-value.js';

/** A compiled expression with its type. */
export interface Expression extends Evaluable {
  readonly type: SqlType;
  /** A quoted literal whose type the context decides. */
  readonly literal?: string | null;
  /** A parameter whose type the context decides: called once, with that type. */
  readonly decide?: (type: SqlType) => Expression;
  /** How a column is called that shows it. */
  readonly name?: string;
}

export function expression(type: SqlType, parts: readonly Evaluable[], run: (frame: Frame) => SqlValue): Expression {
  return { type, eval: run, blocks: parts.some((part) => part.blocks) };
}

export function constant(type: SqlType, value: SqlValue): Expression {
  return { type, eval: () => value, blocks: false };
}

export function literal(text: string | null): Expression {
  return { type: UNKNOWN, eval: () => text, blocks: false, literal: text };
}

/** A function of values that is null when any of them is. */
export function strict(type: SqlType, args: readonly Expression[], run: (...values: NonNullable<SqlValue>[]) => SqlValue): Expression {
  const [first, second] = args;
  if (args.length === 1 && first !== undefined) {
    return expression(type, args, (frame) => {
      const value = first.eval(frame);
      return value === null ? null : run(value);
    });
  }
  if (args.length === 2 && first !== undefined && second !== undefined) {
    return expression(type, args, (frame) => {
      const a = first.eval(frame);
      const b = second.eval(frame);
      return a === null || b === null ? null : run(a, b);
    });
  }
  return expression(type, args, (frame) => {
    const values = args.map((arg) => arg.eval(frame));
    return values.includes(null) ? null : run(...(values as NonNullable<SqlValue>[]));
  });
}
