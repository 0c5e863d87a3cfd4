import { BOOL, OID, type SqlType, TEXT, type TypeCategory, TYPES } from '../types/sql-type.js';

const CATEGORIES: Readonly<Record<TypeCategory, string>> = {
  number: 'N',
  string: 'S',
  boolean: 'B',
  time: 'D',
  interval: 'T',
  array: 'A',
  other: 'U',
  unknown: 'X',
};

const arrayOf = (element: SqlType): number => TYPES.find((type) => type.element === element)?.oid ?? 0;

/** The types that there are here: what clients ask for, to know arrays from their elements. */
export const typeView = {
  columns: { oid: OID, typname: TEXT, typnamespace: OID, typtype: TEXT, typcategory: TEXT, typisdefined: BOOL, typelem: OID, typarray: OID, typdelim: TEXT },
  rows: () =>
    TYPES.map((type) => ({
      ...{ oid: type.oid, typname: type.shortName, typnamespace: 11, typisdefined: true, typdelim: ',' },
      ...(type.shortName === 'void' ? { typtype: 'p', typcategory: 'P' } : { typtype: 'b', typcategory: CATEGORIES[type.category] }),
      ...{ typelem: type.element?.oid ?? 0, typarray: arrayOf(type) },
    })),
};
