import type { History, OccurrenceRecord, OperationRecord } from 'holdfast/sim';

/** What the `sometimes` of our workloads are made of: questions to a whole history. */

/** Whether some operation is like that. */
export const someOperation = (history: History, like: (record: OperationRecord) => boolean): boolean =>
  history.records.some((record) => record.type === 'operation' && like(record));

/** Whether an operation of that name was refused for that reason. */
export const refusedFor =
  (operation: string, reason: string) =>
  (history: History): boolean =>
    someOperation(history, (record) => record.operation === operation && record.status === 'refused' && record.value['reason'] === reason);

/** Whether something happened to some lease or process. */
export const occurred =
  (kind: OccurrenceRecord['occurrence']) =>
  (history: History): boolean =>
    history.records.some((record) => record.type === 'occurrence' && record.occurrence === kind);

/** Asks only of locks whose leases have a `token` (not null) or a `signal` (not false). */
export const ifLeasesHave =
  (what: 'token' | 'signal', reached: (history: History) => boolean) =>
  (history: History): boolean | 'not-applicable' =>
    someOperation(history, ({ operation, status, value }) => operation === 'acquire' && status === 'ok' && (value[what] === null || value[what] === false))
      ? 'not-applicable'
      : reached(history);

/** Whether somebody was granted a key for which he had waited until another gave it back. */
export const waitedForRelease = (history: History): boolean =>
  someOperation(history, (wait) => wait.operation === 'acquire' && wait.status === 'ok' && someOperation(history, (release) => isBetween(release, wait)));

const isBetween = (release: OperationRecord, wait: OperationRecord): boolean =>
  release.operation === 'release' &&
  release.process !== wait.process &&
  release.key === wait.key &&
  release.invoke > wait.invoke &&
  release.invoke < (wait.return ?? 0);

/** Whether a process died while it held a lease. */
export function holderCrashed({ records }: History): boolean {
  const held = new Map<number, string>();
  for (const record of records) {
    if (record.type === 'occurrence') {
      if (record.occurrence === 'lost' && record.id !== undefined) held.delete(record.id);
      if (record.occurrence === 'crash' && [...held.values()].includes(record.process)) return true;
    } else if (record.operation === 'acquire' && record.status === 'ok') {
      held.set(record.id, record.process);
    } else if (record.operation === 'release') {
      held.delete(Number(record.args['lease']));
    }
  }
  return false;
}
