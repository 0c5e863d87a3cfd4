import fc from 'fast-check';
import type { History, OperationRecord } from '../../models/history.js';
import { HistoryBuilder } from './history-builder.js';

/** How a lease of `leasesInTurn` comes to its end. */
type Ending = 'release' | 'lost' | 'crash' | 'expiry';

export interface Turn {
  readonly process: string;
  /** How long nobody holds the key before: 0 makes two leases touch. */
  readonly gap: number;
  readonly latency: number;
  readonly hold: number;
  readonly extensions: number;
  readonly ending: Ending;
}

export const turn: fc.Arbitrary<Turn> = fc.record({
  process: fc.constantFrom('c1', 'c2', 'c3'),
  gap: fc.integer({ min: 0, max: 3 }),
  latency: fc.integer({ min: 0, max: 5 }),
  hold: fc.integer({ min: 1, max: 10 }),
  extensions: fc.integer({ min: 0, max: 2 }),
  ending: fc.constantFrom<Ending>('release', 'lost', 'crash', 'expiry'),
});

/** A lock that works: leases of key `k` one after the other, by turns, with growing tokens. */
export function leasesInTurn(turns: readonly Turn[]): { readonly history: HistoryBuilder; readonly ids: readonly number[] } {
  const history = new HistoryBuilder();
  let free = 0;
  const ids = turns.map(({ process, gap, latency, hold, extensions, ending }, index) => {
    const from = free + gap;
    const to = from + hold;
    const until = ending === 'expiry' && extensions === 0 ? to : to + (ending === 'expiry' ? 0 : 5);
    const first = extensions === 0 ? until : from + hold / 2;
    const id = history.acquire(process, [Math.max(0, from - latency), from], { until: first, token: BigInt(index + 1) });
    for (let nth = 1; nth <= extensions; nth += 1) {
      const at = from + (hold / 2) * (nth / extensions);
      history.extend(process, id, [from, at], nth === extensions ? until : to);
    }
    if (ending === 'release') history.release(process, id, [to, to + latency]);
    if (ending === 'lost') history.occurrence('lost', to, process, id);
    if (ending === 'crash') history.occurrence('crash', to, process);
    free = ending === 'crash' ? to + 1 : to; // a process that died cannot be granted anything in that instant
    return id;
  });
  return { history, ids };
}

/**
 * Anything at all: small histories of acquires, extensions, releases, losses and crashes on two keys, in whole milliseconds.
 * Crashes come a little after: which of a crash and a grant of the same instant was first would be left open.
 */
export const anyLeases: fc.Arbitrary<History> = fc
  .array(
    fc.record({
      process: fc.constantFrom('c1', 'c2', 'c3'),
      key: fc.constantFrom('k', 'l'),
      invoke: fc.integer({ min: 0, max: 30 }),
      took: fc.integer({ min: 0, max: 6 }),
      ttl: fc.option(fc.integer({ min: -2, max: 12 }), { freq: 6 }),
      token: fc.option(fc.bigInt({ min: 1n, max: 6n }), { freq: 8 }),
      extensions: fc.array(fc.record({ after: fc.integer({ min: 0, max: 12 }), took: fc.integer({ min: 0, max: 3 }), ttl: fc.integer({ min: -2, max: 10 }) }), {
        maxLength: 2,
      }),
      released: fc.option(fc.integer({ min: 0, max: 15 })),
      lost: fc.option(fc.integer({ min: 0, max: 15 }), { freq: 3 }),
      crashed: fc.option(fc.integer({ min: 0, max: 15 }), { freq: 5 }),
    }),
    { maxLength: 5 },
  )
  .map((leases) => {
    const history = new HistoryBuilder();
    for (const { process, key, invoke, took, ttl, token, extensions, released, lost, crashed } of leases) {
      const granted = invoke + took;
      const id = history.acquire(process, [invoke, granted], {
        key,
        until: ttl === null ? null : Math.max(0, granted + ttl),
        ...(token === null ? {} : { token }),
      });
      for (const extension of extensions) {
        const asked = granted + extension.after;
        history.extend(process, id, [asked, asked + extension.took], Math.max(0, asked + extension.took + extension.ttl));
      }
      if (released !== null) history.release(process, id, [granted + released]);
      if (lost !== null) history.occurrence('lost', granted + lost, process, id);
      if (crashed !== null) history.occurrence('crash', granted + crashed + 0.25, process);
    }
    return history.build();
  });

/**
 * The definition, word by word: valid at `t` (in microseconds) when the latest answer by then says "until later than t"
 * and nothing has ended the lease by then.
 */
export function isValidAt(history: History, acquire: OperationRecord, t: number): boolean {
  const answers: OperationRecord[] = [];
  for (const record of history.records) {
    if (record.type === 'occurrence') {
      const ends = (record.occurrence === 'lost' && record.id === acquire.id) || (record.occurrence === 'crash' && record.process === acquire.process);
      if (ends && record.at <= t && record.at >= (acquire.return ?? Infinity)) return false;
    } else if (record.operation === 'release' && record.args['lease'] === acquire.id) {
      if (record.invoke <= t) return false;
    } else if (record === acquire || (record.operation === 'extend' && record.args['lease'] === acquire.id)) {
      if (record.status === 'ok' && record.return !== undefined && record.return <= t) answers.push(record);
    }
  }
  const latest = answers.toSorted((a, b) => Number(a.return) - Number(b.return)).at(-1);
  if (latest === undefined || !answers.includes(acquire)) return false;
  const until = latest.value['validUntil'];
  return typeof until !== 'number' || until > t;
}
