import type { FuncCall } from 'libpg-query';
import type { Frame } from '../execute/execution.js';
import { SqlError, unsupported } from '../sql-error.js';
import { INT4, INT8 } from '../types/sql-type.js';
import type { SqlRow, SqlValue } from '../types/sql-value.js';
import { castTo, commonType, decided } from './casts.js';
import { compileExpression } from './compile-expression.js';
import type { Field, Scope } from './scope.js';

interface TableFunction {
  readonly fields: readonly Field[];
  rows(frame: Frame): SqlRow[];
}

/** `unnest` of one or more arrays and `generate_series` of integers, as tables. */
export function tableFunction(name: string, call: FuncCall, scope: Scope, alias: string, ordinality: boolean): TableFunction {
  const args = (call.args ?? []).map((arg) => decided(compileExpression(arg, { ...scope, clause: 'functions in FROM', aggregates: undefined })));
  const made = name === 'unnest' ? unnest(args, alias) : name === 'generate_series' ? series(args, alias) : undefined;
  if (made === undefined || args.some(({ blocks }) => blocks))
    throw unsupported(`the function ${name}(${args.map(({ type }) => type.name).join(', ')}) in FROM`);
  if (!ordinality) return made;
  return { fields: [...made.fields, { name: 'ordinality', type: INT8 }], rows: (frame) => made.rows(frame).map((row, at) => [...row, BigInt(at + 1)]) };
}

function unnest(args: readonly ReturnType<typeof decided>[], alias: string): TableFunction {
  const fields = args.map(({ type }): Field => {
    if (type.element === undefined) throw new SqlError('42883', `function unnest(${type.name}) does not exist`);
    return { name: args.length === 1 ? alias : 'unnest', type: type.element };
  });
  return {
    fields,
    rows(frame) {
      const arrays = args.map((arg) => (arg.eval(frame) ?? []) as readonly SqlValue[]);
      const length = Math.max(0, ...arrays.map((array) => array.length));
      return Array.from({ length }, (_, at) => arrays.map((array) => array[at] ?? null));
    },
  };
}

function series(args: readonly ReturnType<typeof decided>[], alias: string): TableFunction | undefined {
  const type = commonType(args, 'generate_series');
  if (args.length < 2 || args.length > 3 || (type !== INT4 && type !== INT8)) return undefined;
  const bounds = args.map((arg) => castTo(arg, INT8, 'implicit') ?? arg);
  return {
    fields: [{ name: alias, type }],
    rows(frame) {
      const [from, to, step = 1n] = bounds.map((bound) => bound.eval(frame)) as (bigint | null)[];
      const rows: SqlRow[] = [];
      if (from === undefined || to === undefined || from === null || to === null || step === null) return rows;
      if (step === 0n) throw new SqlError('22023', 'step size cannot equal zero');
      for (let at = from; step > 0n ? at <= to : at >= to; at += step) rows.push([type === INT4 ? Number(at) : at]);
      return rows;
    },
  };
}
