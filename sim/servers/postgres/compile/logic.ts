import { BOOL } from '../types/sql-type.js';
import { type Expression, expression } from './expression.js';

/** False as soon as one is false; null when none is and one is null. */
export function and(conditions: readonly Expression[]): Expression {
  const [only] = conditions;
  if (only !== undefined && conditions.length === 1) return only;
  return expression(BOOL, conditions, (frame) => {
    let result: boolean | null = true;
    for (const condition of conditions) {
      const value = condition.eval(frame);
      if (value === false) return false;
      if (value === null) result = null;
    }
    return result;
  });
}

/** True as soon as one is true; null when none is and one is null. */
export function or(conditions: readonly Expression[]): Expression {
  const [only] = conditions;
  if (only !== undefined && conditions.length === 1) return only;
  return expression(BOOL, conditions, (frame) => {
    let result: boolean | null = false;
    for (const condition of conditions) {
      const value = condition.eval(frame);
      if (value === true) return true;
      if (value === null) result = null;
    }
    return result;
  });
}
