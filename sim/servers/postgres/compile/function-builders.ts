import type { Frame } from '../execute/execution.js';
import { type SqlType, TEXT } from '../types/sql-type.js';
import type { SqlValue } from '../types/sql-value.js';
import { castTo } from './casts.js';
import { type Expression, expression, strict } from './expression.js';

/** Makes a call of a function, when it takes such arguments. */
export type Builder = (args: readonly Expression[]) => Expression | undefined;

/** A strict function of arguments with these types. */
export function plain(parameters: readonly SqlType[], result: SqlType, run: (...values: NonNullable<SqlValue>[]) => SqlValue): Builder {
  return (given) => withTypes(given, parameters, (args) => strict(result, args, run));
}

/** A strict function that looks at its session. */
export function asking(parameters: readonly SqlType[], result: SqlType, run: (frame: Frame, values: readonly NonNullable<SqlValue>[]) => SqlValue): Builder {
  return (given) =>
    withTypes(given, parameters, (args) =>
      expression(result, args, (frame) => {
        const values = args.map((arg) => arg.eval(frame));
        return values.includes(null) ? null : run(frame, values as NonNullable<SqlValue>[]);
      }),
    );
}

export function withTypes(
  given: readonly Expression[],
  parameters: readonly SqlType[],
  build: (args: readonly Expression[]) => Expression,
): Expression | undefined {
  if (given.length !== parameters.length) return undefined;
  const args = given.map((arg, at) => castTo(arg, parameters[at] ?? TEXT, 'implicit'));
  return args.some((arg) => arg === undefined) ? undefined : build(args as Expression[]);
}

export function oneOf(...builders: readonly Builder[]): Builder {
  return (args) => {
    for (const build of builders) {
      const built = build(args);
      if (built !== undefined) return built;
    }
    return undefined;
  };
}
