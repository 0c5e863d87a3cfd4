import type { BackendFacts, LockFacts, ServerFacts } from './execute/server-facts.js';
import type { PostgresEngine } from './postgres-engine.js';
import type { PostgresSession } from './postgres-session.js';
import { EXCLUSIVE_LOCK, SHARE_LOCK } from './storage/heavy-locks.js';
import type { Wait } from './storage/wait.js';

const ON_TRANSACTION = /^ShareLock on transaction (\d+)$/;

function waitEvent(wait: Wait | undefined): readonly [type: string, event: string] | undefined {
  if (wait === undefined) return undefined;
  if (wait.sleepUs !== undefined) return ['Timeout', 'PgSleep'];
  if (wait.isLock === false) return ['IPC', 'SafeSnapshot'];
  if (ON_TRANSACTION.test(wait.forWhat)) return ['Lock', 'transactionid'];
  if (wait.forWhat.includes(' on tuple ')) return ['Lock', 'tuple'];
  return ['Lock', wait.forWhat.includes('advisory') ? 'advisory' : 'relation'];
}

function stateOf(session: PostgresSession): BackendFacts['state'] {
  if (session.isBusy) return 'active';
  const status = session.transactionStatus();
  return status === 'I' ? 'idle' : status === 'T' ? 'idle in transaction' : 'idle in transaction (aborted)';
}

/** What sessions may know of each other. */
export class ServerMonitor implements ServerFacts {
  readonly #engine: PostgresEngine;

  constructor(engine: PostgresEngine) {
    this.#engine = engine;
  }

  backends(): readonly BackendFacts[] {
    return [...this.#engine.sessions].map((session) => {
      const state = stateOf(session);
      const event = state === 'active' ? waitEvent(session.wait) : (['Client', 'ClientRead'] as const);
      const top = session.transaction?.top;
      return {
        pid: session.pid,
        applicationName: session.settings.get('application_name') ?? '',
        startedAt: session.startedAt,
        transactionStart: top === undefined ? null : session.host.transactionStart,
        queryStart: session.query === '' ? null : session.host.statementStart,
        changedAt: session.changedAt,
        waitEventType: event?.[0] ?? null,
        waitEvent: event?.[1] ?? null,
        state,
        transactionId: top?.hasNumber === true ? top.id : null,
        query: session.query,
      };
    });
  }

  locks(): readonly LockFacts[] {
    const found: LockFacts[] = [...this.#engine.locks.list()];
    for (const { pid, transaction, wait } of this.#engine.sessions) {
      if (transaction !== undefined) found.push({ name: `virtual ${pid}`, pid, mode: EXCLUSIVE_LOCK, isGranted: true });
      if (transaction?.top.hasNumber === true) found.push({ name: `transaction ${transaction.top.id}`, pid, mode: EXCLUSIVE_LOCK, isGranted: true });
      const waitsFor = ON_TRANSACTION.exec(wait?.forWhat ?? '')?.[1];
      if (waitsFor !== undefined) found.push({ name: `transaction ${waitsFor}`, pid, mode: SHARE_LOCK, isGranted: false });
    }
    return found;
  }

  blockers(pid: number): readonly number[] {
    const pids = [...(this.#find(pid)?.wait?.blockers() ?? [])].map((backend) => backend.pid);
    return [...new Set(pids)].sort((a, b) => a - b);
  }

  signal(pid: number, what: 'cancel' | 'terminate'): boolean {
    const session = this.#find(pid);
    if (session === undefined) return false;
    this.#engine.afterwards(() => (what === 'cancel' ? session.cancel() : session.terminate()));
    return true;
  }

  #find(pid: number): PostgresSession | undefined {
    return [...this.#engine.sessions].find((session) => session.pid === pid);
  }
}
