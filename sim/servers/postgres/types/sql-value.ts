import type { Interval } from './interval.js';
import type { Numeric } from './numeric.js';

/**
 * A value in memory, by the type of its column or expression: int2, int4, float8 and oid are numbers, int8 is a bigint,
 * timestamps are whole microseconds since 1970 (a number, or plus or minus Infinity), text, uuid, json and jsonb are strings.
 */
export type SqlValue = null | boolean | number | bigint | string | Numeric | Interval | readonly SqlValue[];

export type SqlRow = SqlValue[];
