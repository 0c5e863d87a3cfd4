import type { AcquireAnswer, LeaseUnderTest, LockUnderTest } from './define-lock.js';
import type { RecordedLock } from './define-workload.js';
import { type Recorder, recordThrow } from './recorder.js';

/** The lock under test, with every acquire, extension, loss and release in the history. */
export function recordedLock(lock: LockUnderTest, recorder: Recorder): RecordedLock {
  return {
    async acquire(key, options): Promise<AcquireAnswer> {
      const id = recorder.invoke('acquire', key, { ttlMs: options.ttlMs, waitMs: options.waitMs ?? null });
      try {
        const answer = checkedAnswer(await lock.acquire(key, options));
        return answer.status === 'granted' ? granted(answer.lease, recorder, id, key) : notGranted(answer, recorder, id);
      } catch (error) {
        return recordThrow(recorder, id, error);
      }
    },
  };
}

function granted(lease: LeaseUnderTest, recorder: Recorder, id: number, key: string): AcquireAnswer {
  recorder.complete(id, {
    status: 'ok',
    value: { token: lease.token?.toString() ?? null, signal: lease.signal !== undefined },
    validUntil: lease.expiresAt ?? null,
  });
  return { status: 'granted', lease: new RecordedLease(lease, recorder, id, key) };
}

function notGranted<Answer extends AcquireAnswer>(answer: Answer, recorder: Recorder, id: number): Answer {
  recorder.complete(id, { status: answer.status === 'unknown' ? 'unknown' : 'refused', value: { answer: answer.status } });
  return answer;
}

const STATUSES: readonly unknown[] = ['granted', 'queued', 'refused', 'unknown'];

/** Plug-ins are not always written in TypeScript. */
function checkedAnswer(answer: AcquireAnswer): AcquireAnswer {
  const { status } = (answer as Partial<AcquireAnswer> | undefined) ?? {};
  if (!STATUSES.includes(status)) throw new TypeError(`acquire answered the status ${String(status)}: it must be one of ${STATUSES.join(', ')}`);
  if (answer.status === 'granted' && typeof (answer.lease as unknown) !== 'object') throw new TypeError('acquire answered granted without a lease');
  return answer;
}

/** Offers what the lease offers, and nothing that it does not. */
class RecordedLease implements LeaseUnderTest {
  readonly token?: bigint;
  readonly signal?: AbortSignal;
  readonly owner?: string;
  readonly extend?: NonNullable<LeaseUnderTest['extend']>;
  private released = false;

  constructor(
    private readonly lease: LeaseUnderTest,
    private readonly recorder: Recorder,
    /** The id of its acquire. */
    private readonly acquire: number,
    private readonly key: string,
  ) {
    if (lease.token !== undefined) this.token = lease.token;
    if (lease.owner !== undefined) this.owner = lease.owner;
    // Bound: V8 puts a function literal that is assigned to a property among the old objects, where it keeps its whole run
    // alive until the next full collection.
    if (lease.extend !== undefined) this.extend = this.recordedExtend.bind(this);
    if (lease.signal === undefined) return;
    this.signal = lease.signal;
    lease.signal.addEventListener('abort', () => {
      if (!this.released) recorder.occur('lost', acquire);
    });
  }

  get expiresAt() {
    return this.lease.expiresAt as NonNullable<LeaseUnderTest['expiresAt']>;
  }

  async release(): Promise<unknown> {
    this.released = true;
    const { recorder, lease } = this;
    const id = recorder.invoke('release', this.key, { lease: this.acquire });
    try {
      const answer = await lease.release();
      recorder.complete(id, { status: 'ok', value: {} });
      return answer;
    } catch (error) {
      return recordThrow(recorder, id, error);
    }
  }

  private async recordedExtend(ttlMs: number | undefined) {
    const { recorder, lease } = this;
    const id = recorder.invoke('extend', this.key, { lease: this.acquire });
    try {
      const answer = await (lease as Required<LeaseUnderTest>).extend(ttlMs);
      const isExtended = answer.status === 'extended';
      recorder.complete(id, {
        status: isExtended ? 'ok' : answer.status === 'unknown' ? 'unknown' : 'refused',
        value: { answer: answer.status },
        ...(isExtended ? { validUntil: lease.expiresAt ?? null } : {}),
      });
      return answer;
    } catch (error) {
      return recordThrow(recorder, id, error);
    }
  }
}
