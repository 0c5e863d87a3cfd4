import type { AcquireAnswer, LeaseUnderTest, LockUnderTest } from './define-lock.js';
import type { RecordedLock } from './define-workload.js';
import { type Recorder, thrownMessage } from './recorder.js';

/** The lock under test, with every acquire, extension, loss and release in the history. */
export function recordedLock(lock: LockUnderTest, recorder: Recorder): RecordedLock {
  return {
    async acquire(key, options): Promise<AcquireAnswer> {
      const id = recorder.invoke('acquire', key, { ttlMs: options.ttlMs, waitMs: options.waitMs ?? null });
      const answer = await recordingThrows(recorder, id, async () => checkedAnswer(await lock.acquire(key, options)));
      if (answer.status !== 'granted') {
        recorder.complete(id, { status: answer.status === 'unknown' ? 'unknown' : 'refused', value: { answer: answer.status } });
        return answer;
      }
      const { lease } = answer;
      recorder.complete(id, {
        status: 'ok',
        value: { token: lease.token?.toString() ?? null, signal: lease.signal !== undefined },
        validUntil: lease.expiresAt ?? null,
      });
      return { status: 'granted', lease: new RecordedLease(lease, recorder, id, key) };
    },
  };
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
    if (lease.extend !== undefined) this.extend = (ttlMs) => this.recordedExtend(ttlMs);
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
    const answer = await recordingThrows(recorder, id, () => lease.release());
    recorder.complete(id, { status: 'ok', value: {} });
    return answer;
  }

  private async recordedExtend(ttlMs: number | undefined) {
    const { recorder, lease } = this;
    const id = recorder.invoke('extend', this.key, { lease: this.acquire });
    const answer = await recordingThrows(recorder, id, () => (lease as Required<LeaseUnderTest>).extend(ttlMs));
    const isExtended = answer.status === 'extended';
    recorder.complete(id, {
      status: isExtended ? 'ok' : answer.status === 'unknown' ? 'unknown' : 'refused',
      value: { answer: answer.status },
      ...(isExtended ? { validUntil: lease.expiresAt ?? null } : {}),
    });
    return answer;
  }
}

/** A throw ends the operation as `unknown`, with what was thrown, and goes on to the caller. */
export async function recordingThrows<Value>(recorder: Recorder, id: number, run: () => Promise<Value>): Promise<Value> {
  try {
    return await run();
  } catch (error) {
    recorder.complete(id, { status: 'unknown', value: { thrown: thrownMessage(error) } });
    throw error;
  }
}
