/** `pg_type.typlen` and the types that have it, by oid. */
const groups: readonly (readonly [size: number, oids: readonly number[]])[] = [
  [-2, [705]],
  [1, [16, 18]],
  [2, [21]],
  [4, [23, 24, 26, 28, 29, 700, 1082, 2205, 2206, 2278]],
  [8, [20, 701, 790, 1083, 1114, 1184, 3220, 5069]],
  [12, [1266]],
  [16, [1186, 2950]],
  [64, [19]],
];
const sizes = new Map(groups.flatMap(([size, oids]) => oids.map((oid) => [oid, size] as const)));

/** How many bytes a value takes; -1: it varies. */
export const typeSize = (oid: number): number => sizes.get(oid) ?? -1;
