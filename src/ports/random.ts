/** A source of random numbers and of identifiers that nobody else has. */
export interface Random {
  /** An integer from 0 to `bound - 1`, each equally likely. `bound` is an integer from 1 to 2^32. */
  integer(bound: number): number;
  /** An identifier with at least 122 random bits: unique among all processes, safe in keys (letters, digits, dashes). */
  id(): string;
}
