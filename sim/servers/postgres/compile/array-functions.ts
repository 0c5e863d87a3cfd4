import { arrayTypeOf, BOOL, INT4, type SqlType, TEXT } from '../types/sql-type.js';
import type { SqlValue } from '../types/sql-value.js';
import { castTo, decided } from './casts.js';
import { type Expression, expression, strict } from './expression.js';
import type { Builder } from './function-builders.js';

type Items = readonly SqlValue[];

function same(type: SqlType, a: SqlValue, b: SqlValue): boolean {
  return a === null || b === null ? a === b : type.compare(a, b) === 0;
}

/** A function of an array and one of its elements, either of which may be null. */
function onElement(
  given: readonly Expression[],
  isArrayFirst: boolean,
  result: 'array' | SqlType,
  run: (items: Items, item: SqlValue, element: SqlType) => SqlValue,
): Expression | undefined {
  const [array, other] = isArrayFirst ? given : [...given].reverse();
  const element = array?.type.element;
  if (array === undefined || other === undefined || element === undefined || given.length !== 2) return undefined;
  const item = castTo(other, element, 'implicit');
  return (
    item &&
    expression(result === 'array' ? array.type : result, [array, item], (frame) => {
      const items = array.eval(frame) as Items | null;
      return items === null && result !== 'array' ? null : run(items ?? [], item.eval(frame), element);
    })
  );
}

const append = (given: readonly Expression[]): Expression | undefined => onElement(given, true, 'array', (items, item) => [...items, item]);
const prepend = (given: readonly Expression[]): Expression | undefined => onElement(given, false, 'array', (items, item) => [item, ...items]);

export const ARRAY_FUNCTIONS: Readonly<Record<string, Builder>> = {
  array_append: append,
  array_prepend: prepend,
  array_remove: (given) => onElement(given, true, 'array', (items, item, element) => items.filter((each) => !same(element, each, item))),
  array_position: (given) =>
    onElement(given, true, INT4, (items, item, element) => {
      const at = items.findIndex((each) => same(element, each, item));
      return at < 0 ? null : at + 1;
    }),
  array_to_string(given) {
    const [array, separator] = given;
    const element = array?.type.element;
    const between = separator && castTo(separator, TEXT, 'implicit');
    if (array === undefined || element === undefined || between === undefined || given.length !== 2) return undefined;
    const shown = (item: SqlValue): string[] => (item === null ? [] : [element === BOOL ? String(item) : element.format(item)]);
    return strict(TEXT, [array, between], (items, text) => (items as Items).flatMap(shown).join(text as string));
  },
  string_to_array(given) {
    const [text, separator] = given.map((each) => castTo(decided(each), TEXT, 'implicit'));
    const type = arrayTypeOf(TEXT);
    if (text === undefined || separator === undefined || type === undefined || given.length !== 2) return undefined;
    return strict(type, [text, separator], (whole, between) => (whole === '' ? [] : between === '' ? [whole] : (whole as string).split(between as string)));
  },
};

/** `||`, `@>`, `<@` and `&&` of arrays. */
export function onArrays(operator: string, left: Expression, right: Expression): Expression | undefined {
  if (left.type.category !== 'array' && right.type.category !== 'array') return undefined;
  if (operator === '||' && left.type.category === 'array' && right.type === left.type.element) return append([left, right]);
  if (operator === '||' && right.type.category === 'array' && left.type === right.type.element) return prepend([left, right]);
  const type = left.type.category === 'array' ? left.type : right.type;
  const [a, b] = [castTo(left, type, 'implicit'), castTo(right, type, 'implicit')];
  const { element } = type;
  if (a === undefined || b === undefined || element === undefined) return undefined;
  // A null in an array equals nothing, not even another null.
  const has = (items: SqlValue, item: SqlValue): boolean => item !== null && (items as Items).some((each) => each !== null && same(element, each, item));
  const holds = (items: SqlValue, others: SqlValue): boolean => (others as Items).every((item) => has(items, item));
  if (operator === '@>') return strict(BOOL, [a, b], holds);
  if (operator === '<@') return strict(BOOL, [a, b], (x, y) => holds(y, x));
  return operator === '&&' ? strict(BOOL, [a, b], (x, y) => (y as Items).some((item) => has(x, item))) : undefined;
}
