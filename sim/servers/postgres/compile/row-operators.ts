import { SqlError, unsupported } from '../sql-error.js';
import { arrayTypeOf, BOOL } from '../types/sql-type.js';
import type { SqlValue } from '../types/sql-value.js';
import { castTo } from './casts.js';
import { type Expression, expression, strict } from './expression.js';
import { and } from './logic.js';
import { binary, compare, isComparison } from './operators.js';

/** `(a, b) < (c, d)` and its kin. */
export function compareRows(operator: string, left: readonly Expression[], right: readonly Expression[]): Expression {
  if (left.length !== right.length) throw new SqlError('42601', 'unequal number of entries in row expressions');
  if (!isComparison(operator)) throw unsupported(`the operator ${operator} between rows`);
  const equal = left.map((item, at) => compare('=', item, right[at] ?? item));
  if (operator === '=') return and(equal);
  if (operator === '<>') return strict(BOOL, [and(equal)], (value) => value !== true);
  const strictly = operator.slice(0, 1);
  const orders = left.map((item, at) => compare(at === left.length - 1 ? operator : strictly, item, right[at] ?? item));
  return expression(BOOL, [...equal, ...orders], (frame) => {
    for (const [at, order] of orders.entries()) {
      const same = equal[at]?.eval(frame) ?? null;
      if (same === null) return null;
      if (same === false || at === orders.length - 1) return order.eval(frame);
    }
    return null;
  });
}

/** `left operator ANY (array)` and ALL. */
export function overArray(operator: string, left: Expression, right: Expression, isAny: boolean): Expression {
  const wanted = right.type.element === undefined && left.type.category !== 'unknown' ? arrayTypeOf(left.type) : right.type;
  const array = wanted && castTo(right, wanted, 'implicit');
  const element = array?.type.element;
  if (array === undefined || element === undefined) throw new SqlError('42809', 'op ANY/ALL (array) requires array on right side');
  let item: SqlValue = null;
  const test = binary(operator, left, { type: element, eval: () => item, blocks: false });
  return expression(BOOL, [test, array], (frame) => {
    const items = array.eval(frame) as readonly SqlValue[] | null;
    if (items === null) return null;
    let result: boolean | null = !isAny;
    for (item of items) {
      const value = test.eval(frame);
      if (value === isAny) return isAny;
      if (value === null) result = null;
    }
    return result;
  });
}
