/**
 * What the state of a model is made of. A shape is declared once; the type of the state, the packing of states into words and
 * the checks that a step stays inside its ranges are all derived from it.
 */

/** Names of clients, instances, orders... Counting begins at 1, so that 0 can mean "nobody". */
export type Id = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15 | 16;

/** A set of names: 1 to n. Two sets are two sets, even of one size: `symmetry` tells them apart. */
export type Ids = readonly Id[];

export const MOST_IDS = 16;

/** The names 1 to `n`. */
export function ids(n: number): Ids {
  if (!Number.isInteger(n) || n < 0 || n > MOST_IDS) throw new RangeError(`a model has 0 to ${MOST_IDS} of a kind, got ${n}`);
  return Array.from({ length: n }, (_, index) => (index + 1) as Id);
}

/** What one variable may be. */
export type Domain =
  | { readonly kind: 'range'; readonly min: number; readonly max: number }
  | { readonly kind: 'choice'; readonly names: readonly string[] }
  | { readonly kind: 'flag' }
  | { readonly kind: 'id'; readonly of: Ids };

/** One of something for each of a set of names. */
export interface Each {
  readonly kind: 'each';
  readonly of: Ids;
  readonly field: AnyField;
}

export type AnyField = Domain | Each;

/** A field together with the type of its values, of which nothing is left when the model runs. */
export type Field<Value, Kind extends AnyField = AnyField> = Kind & { readonly value?: Value };

export type Shape = Readonly<Record<string, AnyField>>;

/** A whole number from `min` to `max`. A step that leaves the range is an error that names it. */
export function range(min: number, max: number): Field<number, Domain> {
  if (!Number.isSafeInteger(min) || !Number.isSafeInteger(max) || min > max)
    throw new RangeError(`a range goes from a whole number up to another, got ${min} to ${max}`);
  return { kind: 'range', min, max };
}

/** One of these names. */
export function choice<const Names extends readonly [string, ...string[]]>(...names: Names): Field<Names[number], Domain> {
  if (new Set(names).size !== names.length) throw new RangeError(`a choice has each name once, got ${names.join(', ')}`);
  return { kind: 'choice', names };
}

/** True or false. */
export const flag: Field<boolean, Domain> = { kind: 'flag' };

/** A name out of the set, or 0 for nobody. */
export function maybe(of: Ids): Field<Id | 0, Domain> {
  return { kind: 'id', of };
}

/** One `field` for each name: `s.pc[c]`. */
export function each<Value>(of: Ids, field: Field<Value>): Field<Record<Id, Value>, Each> {
  return { kind: 'each', of, field };
}

export type ValueOf<Declared> = Declared extends { readonly value?: infer Value } ? Value : never;

/** The state, as the functions of a model see it. */
export type StateOf<S extends Shape> = { -readonly [Name in keyof S]: ValueOf<S[Name]> };

/** One variable of the state after all `each` are spelled out: `pc[2]`. */
export interface Cell {
  readonly field: string;
  readonly indices: readonly Id[];
  /** The sets that the indices are from. */
  readonly sets: readonly Ids[];
  readonly domain: Domain;
}

/** All variables, in the order of their declaration. */
export function cellsOf(shape: Shape): Cell[] {
  return Object.entries(shape).flatMap(([field, declared]) => spelledOut(field, declared, [], []));
}

function spelledOut(field: string, declared: AnyField, indices: readonly Id[], sets: readonly Ids[]): Cell[] {
  if (declared.kind !== 'each') return [{ field, indices, sets, domain: declared }];
  return declared.of.flatMap((id) => spelledOut(field, declared.field, [...indices, id], [...sets, declared.of]));
}

/** How many values there are. */
export function sizeOf(domain: Domain): number {
  switch (domain.kind) {
    case 'range':
      return domain.max - domain.min + 1;
    case 'choice':
      return domain.names.length;
    case 'flag':
      return 2;
    case 'id':
      return domain.of.length + 1;
  }
}

/** What a variable is before `init` says otherwise: 0, or what is next to it in the range; the first name; false; nobody. */
export function firstValue(domain: Domain): number | string | boolean {
  switch (domain.kind) {
    case 'range':
      return Math.min(Math.max(0, domain.min), domain.max);
    case 'choice':
      return domain.names[0] ?? '';
    case 'flag':
      return false;
    case 'id':
      return 0;
  }
}

/** `pc[2]`, `ans[1][3]`, `owner`: for people, and as a path in generated code. */
export const pathOf = ({ field, indices }: Pick<Cell, 'field' | 'indices'>): string => field + indices.map((index) => `[${index}]`).join('');
