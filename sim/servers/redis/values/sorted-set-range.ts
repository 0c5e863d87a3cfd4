import { refuse } from '../command-error.js';
import { parseDouble } from './double.js';
import type { ScoredMember } from './sorted-set.js';

/** The two ends of a range of members. `isVoid`: the lower end lies above the upper one. */
export interface SortedSetRange {
  readonly isVoid: boolean;
  /** Whether a member is not below the lower end. */
  reaches(item: ScoredMember): boolean;
  /** Whether a member is not above the upper end. */
  keepsTo(item: ScoredMember): boolean;
}

const NOT_A_SCORE = 'ERR min or max is not a float';
const NOT_A_MEMBER = 'ERR min or max not valid string range item';

/** Ends are scores, exclusive when written with `(`. */
export function parseScoreRange(minimum: string, maximum: string): SortedSetRange {
  const low = parseScoreEnd(minimum);
  const high = parseScoreEnd(maximum);
  return {
    isVoid: low.score > high.score || (low.score === high.score && (low.exclusive || high.exclusive)),
    reaches: ({ score }) => (low.exclusive ? score > low.score : score >= low.score),
    keepsTo: ({ score }) => (high.exclusive ? score < high.score : score <= high.score),
  };
}

function parseScoreEnd(text: string): { score: number; exclusive: boolean } {
  const exclusive = text.startsWith('(');
  // Here, other than in ZADD, Redis reads an empty text as zero.
  const digits = exclusive ? text.slice(1) : text;
  return { score: digits === '' ? 0 : (parseDouble(digits) ?? refuse(NOT_A_SCORE)), exclusive };
}

/** Ends are members: `[a` with it, `(a` without it, `-` and `+` before and after all. */
export function parseLexRange(minimum: string, maximum: string): SortedSetRange {
  const low = parseLexEnd(minimum);
  const high = parseLexEnd(maximum);
  const order = compareEnds(low, high);
  return {
    isVoid: order > 0 || (order === 0 && (low.exclusive || high.exclusive)),
    reaches: ({ member }) => isBeyond(compareToEnd(member, low), low),
    keepsTo: ({ member }) => isBeyond(-compareToEnd(member, high), high),
  };
}

/** `place` -1 and 1 are before and after every member. */
interface LexEnd {
  readonly place: -1 | 0 | 1;
  readonly member: string;
  readonly exclusive: boolean;
}

function parseLexEnd(text: string): LexEnd {
  if (text === '-') return { place: -1, member: '', exclusive: true };
  if (text === '+') return { place: 1, member: '', exclusive: true };
  if (text.startsWith('[')) return { place: 0, member: text.slice(1), exclusive: false };
  if (text.startsWith('(')) return { place: 0, member: text.slice(1), exclusive: true };
  return refuse(NOT_A_MEMBER);
}

function compareEnds(one: LexEnd, other: LexEnd): number {
  return one.place - other.place || compare(one.member, other.member);
}

function compareToEnd(member: string, end: LexEnd): number {
  return -end.place || compare(member, end.member);
}

function isBeyond(order: number, end: LexEnd): boolean {
  return end.exclusive ? order > 0 : order >= 0;
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/**
 * The members from one end of a range to the other, as Redis walks: to the first that has reached the range, past `offset` more without
 * a look, and on until one has left it. It matters where members of different scores are asked for by name.
 */
export function membersInRange(
  inOrder: readonly ScoredMember[],
  range: SortedSetRange,
  { reverse = false, offset = 0, count = Infinity }: { readonly reverse?: boolean; readonly offset?: number; readonly count?: number } = {},
): ScoredMember[] {
  const first = inOrder[0];
  const last = inOrder.at(-1);
  if (first === undefined || last === undefined || range.isVoid || !range.reaches(last) || !range.keepsTo(first)) return [];
  const walked = reverse ? [...inOrder].reverse() : inOrder;
  const isIn = (item: ScoredMember): boolean => (reverse ? range.keepsTo(item) : range.reaches(item));
  const isStill = (item: ScoredMember): boolean => (reverse ? range.reaches(item) : range.keepsTo(item));
  const start = walked.findIndex(isIn);
  const found: ScoredMember[] = [];
  const beginning = walked[start];
  if (beginning === undefined || !isStill(beginning) || offset < 0) return found;
  for (const item of walked.slice(start + offset)) {
    if (found.length >= count || !isStill(item)) break;
    found.push(item);
  }
  return found;
}
