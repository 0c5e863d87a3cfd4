import type { AcquireAnswer, LeaseUnderTest, LockUnderTest } from './define-lock.js';
import type { RecordedLock } from './define-workload.js';
import { type Recorder, thrownMessage } from './recorder.js';

/** The lock under test, with every acquire, extension, loss and release in the history. */
export function recordedLock(lock: LockUnderTest, recorder: Recorder): RecordedLock {
  return {
    async acquire(key, options): Promise<AcquireAnswer> {
      const id = recorder.invoke('acquire', key, { ttlMs: options.ttlMs, waitMs: options.waitMs ?? null });
      const answer = await recordingThrows(recorder, id, () => lock.acquire(key, options));
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
      return { status: 'granted', lease: recordedLease(lease, recorder, id, key) };
    },
  };
}

function recordedLease(lease: LeaseUnderTest, recorder: Recorder, acquire: number, key: string): LeaseUnderTest {
  let released = false;
  lease.signal?.addEventListener('abort', () => {
    if (!released) recorder.occur('lost', acquire);
  });
  const args = { lease: acquire };
  const extend = lease.extend?.bind(lease);
  return {
    ...(lease.token === undefined ? {} : { token: lease.token }),
    ...(lease.signal === undefined ? {} : { signal: lease.signal }),
    ...(lease.owner === undefined ? {} : { owner: lease.owner }),
    get expiresAt() {
      return lease.expiresAt as NonNullable<LeaseUnderTest['expiresAt']>;
    },
    ...(extend === undefined
      ? {}
      : {
          async extend(ttlMs?: number) {
            const id = recorder.invoke('extend', key, args);
            const answer = await recordingThrows(recorder, id, () => extend(ttlMs));
            const status = answer.status === 'extended' ? 'ok' : answer.status === 'unknown' ? 'unknown' : 'refused';
            recorder.complete(id, {
              status,
              value: { answer: answer.status },
              ...(answer.status === 'extended' ? { validUntil: lease.expiresAt ?? null } : {}),
            });
            return answer;
          },
        }),
    async release() {
      released = true;
      const id = recorder.invoke('release', key, args);
      const answer = await recordingThrows(recorder, id, () => lease.release());
      recorder.complete(id, { status: 'ok', value: {} });
      return answer;
    },
  };
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
