import type { FencingToken } from '../base/fencing-token.js';
import type { Unknown } from '../base/outcome.js';
import type { Unavailable } from '../locks/lock-protocol.js';
import type { LedgerEntry } from './ledger-entry.js';

/** Units on hand, in some store. Every movement is one step that looks at the operation id, checks the fence, decides and moves stock together with its ledger entry. */
export interface Stock {
  /** Adds `quantity` units. */
  restock(sku: string, quantity: number, options: Identified): Promise<StockRestocked>;
  /** Takes `quantity` units if there are as many: the hot path, one conditional statement. */
  take(sku: string, quantity: number, options: Identified & Fenced): Promise<StockTaken>;
  /** Reads the units on hand. With a token this opens a read-decide-write section: it raises the fence, so that no older holder's write can land in it. */
  read(sku: string, options?: Fenced): Promise<StockRead>;
  /** Sets the units on hand, for the end of a read-decide-write section; with `expected`, only if that many are there. */
  write(sku: string, options: Overwrite & Identified & Fenced): Promise<StockWritten>;
  /** All movements, oldest first, and what is on hand by them, as of one moment. */
  ledger(sku: string): Promise<StockLedger>;
}

/** What every access may carry. */
export interface Fenced {
  /** The lease's token. Absent: no fence is asked, nor raised. */
  readonly token?: FencingToken;
}

/** What every movement carries. */
export interface Identified {
  /** Names one decision of the caller, forever: the same id gets the same answer, whatever it asks. A new try after a refusal needs a new id. */
  readonly operationId: string;
}

/** Sets what is on hand, and says what must be there for that. */
export interface Overwrite {
  readonly onHand: number;
  /** Absent: whatever is there. */
  readonly expected?: number;
}

export type StockRead = { readonly status: 'read'; readonly onHand: number; readonly sequence: number } | StaleToken | Unavailable | Unknown;

/** `repeated`: an earlier request with this id got this answer, and this one changed nothing. `onHand` is what it was then. */
export interface Answered<Status extends string> {
  readonly status: Status;
  readonly onHand: number;
  readonly sequence: number;
  readonly repeated: boolean;
}

/** `conflict`: there were not `expected` units on hand, but `onHand`. */
export interface Declined<Reason extends 'insufficient' | 'conflict'> extends Answered<'refused'> {
  readonly reason: Reason;
}

export type StockTaken = Answered<'taken'> | Declined<'insufficient'> | StaleToken | Unavailable | Unknown;

export type StockRestocked = Answered<'restocked'> | Unavailable | Unknown;

export type StockWritten = Answered<'written'> | Declined<'conflict'> | StaleToken | Unavailable | Unknown;

/** The stock has seen a newer token: a younger lease has been here. Stays so for this token, for ever. */
export interface StaleToken {
  readonly status: 'refused';
  readonly reason: 'stale-token';
}

export type StockLedger = { readonly status: 'read'; readonly onHand: number; readonly entries: readonly LedgerEntry[] } | Unavailable | Unknown;
