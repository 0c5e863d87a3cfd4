import { HISTORY_VERSION, type History, type HistoryValue, type OperationRecord } from '../../models/history.js';
import { canonical } from '../../models/judges/canonical.js';

/** A pseudo-random number generator (mulberry32): the same histories on every machine. */
export function randomFrom(seed: number): (bound: number) => number {
  let state = seed >>> 0;
  return (bound) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return Math.floor((((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32) * bound);
  };
}

export interface ConcurrentOptions {
  readonly operations: number;
  readonly clients: number;
  readonly keys: number;
  /** Of 100 operations, so many get no answer. Half of those happen all the same, at some time. */
  readonly unknownPercent: number;
  readonly seed: number;
  readonly params?: Readonly<Record<string, number>>;
}

/** What a client asks for, and what it does to the object: the new state, and the answer. */
export interface Effect<State> {
  readonly operation: string;
  readonly args: Readonly<Record<string, HistoryValue>>;
  readonly apply: (state: State, id: number) => readonly [State, Readonly<Record<string, HistoryValue>> | 'refused'];
}

interface Draft<State> {
  readonly effect: Effect<State>;
  readonly process: string;
  readonly key: string;
  readonly invoke: number;
  readonly at: number;
  readonly end: number;
  readonly fate: 'answered' | 'lost, done' | 'lost, not done';
}

/** A correct object under clients that overlap: each operation takes effect at one moment between its call and its return. */
export function concurrentHistory<State>(
  { operations, clients, keys, unknownPercent, seed, params = {} }: ConcurrentOptions,
  initial: State,
  draw: (random: (bound: number) => number, index: number) => Effect<State>,
): History {
  const random = randomFrom(seed);
  const drafts: Draft<State>[] = [];
  const free = Array.from({ length: clients }, () => 0);
  for (let index = 0; index < operations; index += 1) {
    const client = index % clients;
    const invoke = (free[client] as number) + random(100);
    const end = invoke + 1 + random(400);
    const isLost = random(100) < unknownPercent;
    const fate = !isLost ? 'answered' : random(2) === 0 ? 'lost, done' : 'lost, not done';
    const at = invoke + random((end - invoke + 1) * (isLost ? 20 : 1)) + 0.5;
    free[client] = end + 1;
    drafts.push({ effect: draw(random, index), process: `c${client}`, key: `k${random(keys)}`, invoke, at: Math.min(at, isLost ? Infinity : end), end, fate });
  }
  const ids = new Map(drafts.toSorted((one, other) => one.invoke - other.invoke).map((draft, id) => [draft, id]));
  const states = new Map<string, State>();
  const records: OperationRecord[] = [];
  for (const draft of drafts.toSorted((one, other) => one.at - other.at)) {
    const { effect, process, key, invoke, end, fate } = draft;
    const id = ids.get(draft) as number;
    const [next, answer] = fate === 'lost, not done' ? [states.get(key) ?? initial, {}] : effect.apply(states.get(key) ?? initial, id);
    states.set(key, next);
    const common = { type: 'operation', id, process, operation: effect.operation, key, args: effect.args, invoke, event: null } as const;
    if (fate !== 'answered') records.push({ ...common, status: 'unknown', value: {} });
    else if (answer === 'refused') records.push({ ...common, return: end, status: 'refused', value: {} });
    else records.push({ ...common, return: end, status: 'ok', value: answer });
  }
  return { version: HISTORY_VERSION, records: records.sort((one, other) => one.id - other.id), params };
}

/** Reads, writes and compare-and-sets of a few values: the same ones are written again and again. */
export function registerEffect(random: (bound: number) => number, values = 5): Effect<HistoryValue> {
  const kind = random(10);
  const value = random(values);
  if (kind < 5) return { operation: 'read', args: {}, apply: (held) => [held, { value: held }] };
  if (kind < 8) return { operation: 'write', args: { value }, apply: () => [value, {}] };
  const from = random(values);
  return { operation: 'cas', args: { from, to: value }, apply: (held) => (canonical(held) === canonical(from) ? [value, {}] : [held, 'refused']) };
}

/** Reads and writes, no value twice. */
export function uniqueRegisterEffect(random: (bound: number) => number, index: number): Effect<HistoryValue> {
  if (random(2) === 0) return { operation: 'read', args: {}, apply: (held) => [held, { value: held }] };
  return { operation: 'write', args: { value: index }, apply: () => [index, {}] };
}

export function counterEffect(random: (bound: number) => number): Effect<number> {
  const by = 1 + random(3);
  if (random(3) === 0) return { operation: 'read', args: {}, apply: (count) => [count, { value: count }] };
  return { operation: 'add', args: { value: by }, apply: (count) => [count + by, {}] };
}

/** The history with the answer of its n-th answered read made wrong, from the end. */
export function withWrongRead(history: History, nthFromEnd: number): History {
  const reads = history.records.filter((record) => record.type === 'operation' && record.operation === 'read' && record.status === 'ok');
  const wrong = reads.at(-nthFromEnd);
  return { ...history, records: history.records.map((record) => (record === wrong ? ({ ...record, value: { value: 4.5 } } as OperationRecord) : record)) };
}

/** Locks with tokens, one a key: each client acquires and releases; whoever gets no answer to an acquire tries again, the lost lease runs out. */
export function lockHistory({ operations, clients, keys, unknownPercent, seed, params = {} }: ConcurrentOptions): History {
  const random = randomFrom(seed);
  const drafts: Omit<OperationRecord, 'id'>[] = [];
  const leases = new Map<Omit<OperationRecord, 'id'>, Omit<OperationRecord, 'id'>>();
  const freeAt = Array.from({ length: keys }, () => 0);
  for (let turn = 0; drafts.length < operations; turn += 1) {
    const key = turn % keys;
    const begun = (freeAt[key] as number) + 1;
    const process = `c${random(clients)}`;
    const held = 1 + random(300);
    const isLost = random(100) < unknownPercent;
    const common = { type: 'operation', process, key: `k${key}`, event: null } as const;
    const acquire = { ...common, operation: 'acquire', args: {}, invoke: Math.max(0, begun - random(500)) } as const;
    freeAt[key] = begun + held;
    if (isLost) {
      drafts.push({ ...acquire, status: 'unknown', value: {} });
      continue;
    }
    const granted = { ...acquire, return: begun + random(held), status: 'ok', value: { token: String(turn + 1), validUntil: begun + held } } as const;
    const release = { ...common, operation: 'release', args: {}, invoke: begun + held, return: begun + held + random(500), status: 'ok', value: {} } as const;
    leases.set(release, granted);
    drafts.push(granted, release);
  }
  const ids = new Map(drafts.toSorted((one, other) => one.invoke - other.invoke).map((draft, id) => [draft, id]));
  const records = drafts.map((draft): OperationRecord => {
    const acquire = leases.get(draft);
    const id = ids.get(draft) as number;
    return acquire === undefined ? { ...draft, id } : { ...draft, id, args: { lease: ids.get(acquire) as number } };
  });
  return { version: HISTORY_VERSION, records: records.sort((one, other) => one.id - other.id), params };
}

/** One sku with a ledger, which an audit shows at the end: sales, and looks at what is left. */
export function ledgerHistory(options: ConcurrentOptions): History {
  const stock = options.operations;
  const ledger: { operationId: string; change: number; onHand: number }[] = [];
  const history = concurrentHistory({ ...options, keys: 1, params: { stock } }, stock, (random, index): Effect<number> => {
    if (random(3) === 0) return { operation: 'read', args: {}, apply: (onHand) => [onHand, { onHand }] };
    const quantity = 1 + random(2);
    const operationId = `o${index}`;
    return {
      operation: 'sell',
      args: { operationId, quantity },
      apply(onHand) {
        if (onHand < quantity) return [onHand, 'refused'];
        ledger.push({ operationId, change: -quantity, onHand: onHand - quantity });
        return [onHand - quantity, { onHand: onHand - quantity }];
      },
    };
  });
  const end = 1 + Math.max(...history.records.map((record) => (record.type === 'operation' ? Math.max(record.invoke, record.return ?? 0) : 0)));
  const onHand = ledger.at(-1)?.onHand ?? stock;
  // Long after the last lost request has come in or has not.
  const invoke = end + 100_000;
  const audit: OperationRecord = {
    ...{ type: 'operation', id: options.operations, process: 'auditor', operation: 'audit', key: 'k0', args: {}, event: null },
    ...{ invoke, return: invoke + 1, status: 'ok', value: { onHand, ledger } },
  };
  return { ...history, records: [...history.records, audit] };
}
