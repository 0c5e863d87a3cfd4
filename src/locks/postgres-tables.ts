import { OptionsError } from '../base/options-error.js';

/** The names of our tables, and of the channel, as they stand in SQL. */
export interface PostgresTables {
  readonly schema: string;
  readonly leases: string;
  readonly locks: string;
  readonly registers: string;
  readonly stock: string;
  readonly buckets: string;
  /** The sequence that numbers accesses to buckets. */
  readonly places: string;
  readonly ledger: string;
  /** Where a release is notified, with the key as payload. */
  readonly released: string;
}

/** `prefix` goes before every name, and may begin with a schema: `holdfast`, `shop.holdfast`. It needs no quotes, so that everybody can write it by hand. */
export function postgresTables(prefix = 'holdfast'): PostgresTables {
  if (typeof prefix !== 'string' || !/^([a-z_][a-z0-9_]{0,23}\.)?[a-z_][a-z0-9_]{0,23}$/.test(prefix)) {
    const wanted = 'a name of at most 24 small letters, digits and underscores, maybe after a schema and a dot';
    throw new OptionsError(`prefix must be ${wanted}; got ${JSON.stringify(prefix)}`);
  }
  return {
    schema: `${prefix}_schema`,
    leases: `${prefix}_leases`,
    locks: `${prefix}_locks`,
    registers: `${prefix}_registers`,
    stock: `${prefix}_stock`,
    buckets: `${prefix}_stock_buckets`,
    places: `${prefix}_stock_places`,
    ledger: `${prefix}_stock_ledger`,
    released: `${prefix}_released`,
  };
}
