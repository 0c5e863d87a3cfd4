import type { PostgresSession } from './postgres-session.js';
import type { Steps } from './storage/wait.js';

/** SERIALIZABLE READ ONLY DEFERRABLE: waits for a snapshot that no writer under way can make wrong. */
export function* safeSnapshot(session: PostgresSession): Steps<void> {
  const { isSerializable, isReadOnly, isDeferrable } = session.modes;
  if (!isSerializable || !isReadOnly || !isDeferrable || session.oldestSnapshot !== Infinity) return;
  for (;;) {
    const { top } = session.execution([], true).transaction;
    const reader = top.serializable;
    if (reader === undefined) return;
    if (reader.safety === 'open') yield { ready: () => reader.safety !== 'open', blockers: () => [], forWhat: 'a safe snapshot', isLock: false };
    if (reader.safety === 'safe') return;
    session.engine.serialization.rollback(reader);
    session.oldestSnapshot = Infinity;
  }
}
