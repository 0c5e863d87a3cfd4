import { packedAt } from '../../models/checker/counterexample.js';
import type { System } from '../../models/checker/define-model.js';
import { createEngine } from '../../models/checker/engine.js';
import type { History, HistoryRecord } from '../../models/history.js';

/** What of the states of `fenced-lease-lock` a history shows. */
interface LeaseLockState {
  readonly owner: number;
  readonly tok: Readonly<Record<number, number>>;
  readonly msg: Readonly<Record<number, number>>;
  readonly hi: number;
}

export interface LeaseLockStep {
  /** `Acquire(1)`. */
  readonly action: string;
  readonly before: LeaseLockState;
  readonly after: LeaseLockState;
}

/** Every run of the system with so many steps, or as many as are possible. */
export function* runsOf(system: System, steps: number): Generator<readonly LeaseLockStep[]> {
  const engine = createEngine(system);
  const { words } = engine.layout;
  const unpacked = (packed: Int32Array) => structuredClone(engine.unpack(packed, 0)) as unknown as LeaseLockState;
  function* goOn(packed: Int32Array, before: LeaseLockState, run: readonly LeaseLockStep[]): Generator<readonly LeaseLockStep[]> {
    const out = new Int32Array(engine.instances.length * words);
    const labels = new Int32Array(engine.instances.length);
    const possible = run.length < steps ? engine.successors(packed, 0, out, labels) : 0;
    if (possible === 0) yield run;
    for (let index = 0; index < possible; index += 1) {
      const next = packedAt(out, index, words);
      const after = unpacked(next);
      yield* goOn(next, after, [...run, { action: engine.instances[labels[index] ?? 0]?.label ?? '', before, after }]);
    }
  }
  for (const initial of engine.initial) yield* goOn(initial, unpacked(initial), []);
}

const TICK = 1_000_000;
const APART = 10;

/** What clients see of a run of `fenced-lease-lock`: a tick is a second, other steps are ten microseconds apart. */
export function historyOfRun(run: readonly LeaseLockStep[], ttl: number): History {
  const records: HistoryRecord[] = [];
  const lease = new Map<number, number>();
  const sent = new Map<number, number>();
  let ticks = 0;
  let id = 0;
  for (const [place, { action, before, after }] of run.entries()) {
    const at = ticks * TICK + (place + 1) * APART;
    const [, name = '', digits = ''] = /^(\w+)(?:\((\d+)\))?$/.exec(action) ?? [];
    const client = Number(digits);
    const asked = { type: 'operation', process: `c${client}`, key: 'k', event: place } as const;
    const answered = { return: at + 1, status: 'ok' } as const;
    if (name === 'Tick') ticks += 1;
    if (name === 'Acquire') {
      lease.set(client, id);
      const value = { token: String(after.tok[client]), validUntil: (ticks + ttl) * TICK };
      records.push({ ...asked, ...answered, id: id++, operation: 'acquire', invoke: at, args: { ttlMs: ttl * 1000 }, value });
    }
    if (name === 'GiveUp') records.push({ type: 'occurrence', occurrence: 'lost', process: `c${client}`, at, id: lease.get(client) ?? -1, event: place });
    if (name === 'Exit')
      records.push({ ...asked, ...answered, id: id++, operation: 'release', invoke: at, args: { lease: lease.get(client) ?? -1 }, value: {} });
    if (name === 'Send') {
      sent.set(client, records.length);
      records.push({ ...asked, id: id++, operation: 'write', invoke: at, status: 'unknown', args: { token: String(after.msg[client]) }, value: {} });
    }
    if (name === 'Deliver') {
      const index = sent.get(client) ?? -1;
      const write = records[index];
      const isAccepted = after.hi === before.msg[client];
      if (write?.type === 'operation')
        records[index] = { ...write, ...answered, ...(isAccepted ? {} : { status: 'refused', value: { reason: 'stale-token' } }) };
    }
  }
  return { version: 1, records, params: {} };
}
