import fc from 'fast-check';

/** One statement of a transaction on `t (id int PRIMARY KEY, value int, tag int)`, as data: a tiny interpreter can run it, too. */
export type Operation =
  | { readonly kind: 'get' | 'lock' | 'delete'; readonly id: number }
  | { readonly kind: 'sum' | 'tagged' | 'retag'; readonly tag: number }
  | { readonly kind: 'put' | 'upsert' | 'insertIfAbsent'; readonly id: number; readonly value: number }
  | { readonly kind: 'copy'; readonly from: number; readonly to: number }
  | { readonly kind: 'drain'; readonly id: number; readonly least: number };

export function sqlOf(operation: Operation): string {
  switch (operation.kind) {
    case 'get':
      return `SELECT value, tag FROM t WHERE id = ${operation.id}`;
    case 'lock':
      return `SELECT value, tag FROM t WHERE id = ${operation.id} FOR UPDATE`;
    case 'delete':
      return `DELETE FROM t WHERE id = ${operation.id}`;
    case 'sum':
      return `SELECT coalesce(sum(value), 0) FROM t WHERE value >= ${operation.tag}`;
    case 'tagged':
      return `SELECT count(*) FROM t WHERE tag = ${operation.tag}`;
    case 'retag':
      return `UPDATE t SET tag = tag + 1 WHERE tag = ${operation.tag}`;
    case 'put':
      return `UPDATE t SET value = ${operation.value} WHERE id = ${operation.id}`;
    case 'upsert':
      return `INSERT INTO t VALUES (${operation.id}, ${operation.value}, 0) ON CONFLICT (id) DO UPDATE SET value = t.value + 1`;
    case 'insertIfAbsent':
      return `INSERT INTO t VALUES (${operation.id}, ${operation.value}, 1) ON CONFLICT DO NOTHING`;
    case 'copy':
      return `UPDATE t SET value = (SELECT max(value) FROM t WHERE id = ${operation.from}) WHERE id = ${operation.to}`;
    case 'drain':
      return `UPDATE t SET value = 0 WHERE id = ${operation.id} AND (SELECT sum(value) FROM t) >= ${operation.least}`;
  }
}

type Row = readonly [value: number | null, tag: number];
export type State = ReadonlyMap<number, Row>;

function sum(state: State): number {
  return [...state.values()].reduce((total, [value]) => total + (value ?? 0), 0);
}

function put(state: State, id: number, row: Row): State {
  return new Map([...state, [id, row]]);
}

/** What a statement answers when nobody else is there, in one line, and the state after it. */
export function runAlone(state: State, operation: Operation): readonly [answer: string, after: State] {
  const row = 'id' in operation ? state.get(operation.id) : undefined;
  switch (operation.kind) {
    case 'get':
    case 'lock':
      return [row === undefined ? '0' : `1 ${row[0] ?? 'null'},${row[1]}`, state];
    case 'delete':
      return [row === undefined ? '0' : '1', new Map([...state].filter(([id]) => id !== operation.id))];
    case 'sum':
      return [`1 ${[...state.values()].reduce((total, [value]) => total + (value !== null && value >= operation.tag ? value : 0), 0)}`, state];
    case 'tagged':
      return [`1 ${[...state.values()].filter(([, tag]) => tag === operation.tag).length}`, state];
    case 'retag': {
      const changed = [...state].filter(([, [, tag]]) => tag === operation.tag);
      return [String(changed.length), new Map([...state, ...changed.map(([id, [value, tag]]) => [id, [value, tag + 1]] as const)])];
    }
    case 'put':
      return row === undefined ? ['0', state] : ['1', put(state, operation.id, [operation.value, row[1]])];
    case 'upsert':
      return ['1', put(state, operation.id, row === undefined ? [operation.value, 0] : [row[0] === null ? null : row[0] + 1, row[1]])];
    case 'insertIfAbsent':
      return row === undefined ? ['1', put(state, operation.id, [operation.value, 1])] : ['0', state];
    case 'copy': {
      const to = state.get(operation.to);
      return to === undefined ? ['0', state] : ['1', put(state, operation.to, [state.get(operation.from)?.[0] ?? null, to[1]])];
    }
    case 'drain':
      return row === undefined || sum(state) < operation.least ? ['0', state] : ['1', put(state, operation.id, [0, row[1]])];
  }
}

/** A transaction that committed: what it asked, and what it was answered. */
export interface Committed {
  readonly steps: readonly { readonly operation: Operation; readonly answer: string }[];
}

export function stateText(state: State): string {
  return [...state]
    .sort(([a], [b]) => a - b)
    .map(([id, [value, tag]]) => `${id},${value ?? 'null'},${tag}`)
    .join(' ');
}

/** Whether some serial order of the transactions gives every answer, and the final state. */
export function isSerializable(before: State, transactions: readonly Committed[], after: string): boolean {
  if (transactions.length === 0) return stateText(before) === after;
  return transactions.some((first, at) => {
    let state = before;
    for (const { operation, answer } of first.steps) {
      const [expected, next] = runAlone(state, operation);
      if (expected !== answer) return false;
      state = next;
    }
    return isSerializable(
      state,
      transactions.filter((_, index) => index !== at),
      after,
    );
  });
}

const id = fc.integer({ min: 1, max: 3 });
const value = fc.integer({ min: 1, max: 9 });
const tag = fc.integer({ min: 0, max: 2 });
export const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('get' as const, 'get' as const, 'lock' as const, 'delete' as const), id }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('sum' as const, 'tagged' as const, 'retag' as const), tag }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constantFrom('put' as const, 'put' as const, 'upsert' as const, 'insertIfAbsent' as const), id, value }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('copy' as const), from: id, to: id }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('drain' as const), id, least: value }) },
);
