import { runPart } from '../execute/evaluate.js';
import type { Frame } from '../execute/execution.js';
import { EXCLUSIVE_LOCK, type LockMode, SHARE_LOCK } from '../storage/heavy-locks.js';
import type { Steps } from '../storage/wait.js';
import { BOOL, FLOAT8, INT4, INT8, type SqlType, VOID } from '../types/sql-type.js';
import type { SqlValue } from '../types/sql-value.js';
import { castTo } from './casts.js';
import { type Expression, expression } from './expression.js';
import { withTypes } from './function-builders.js';

/** One name for a key: a bigint and a pair of integers never meet. */
function keyName(values: readonly SqlValue[]): string {
  return values.length === 1 ? `advisory ${String(values[0])}` : `advisory ${values.map((value) => String(value)).join(',')}`;
}

function overKeys(
  given: readonly Expression[],
  result: SqlType,
  blocks: boolean,
  run: (frame: Frame, name: string, part: object) => SqlValue,
): Expression | undefined {
  const build = (args: readonly Expression[]): Expression => {
    const part = {};
    const built = expression(result, args, (frame) => {
      const values = args.map((arg) => arg.eval(frame));
      return values.includes(null) ? null : run(frame, keyName(values), part);
    });
    return { ...built, blocks: blocks || built.blocks };
  };
  return withTypes(given, [INT8], build) ?? withTypes(given, [INT4, INT4], build);
}

function* wait(frame: Frame, name: string, mode: LockMode, isSession: boolean): Steps<SqlValue> {
  const { host, transaction } = frame.x;
  yield* host.locks.acquire(host.backend, name, mode, isSession ? undefined : transaction, name.replace('advisory', 'advisory lock'));
  return '';
}

function sleep(args: readonly Expression[]): Expression | undefined {
  const [given] = args;
  const seconds = given && args.length === 1 ? castTo(given, FLOAT8, 'implicit') : undefined;
  if (seconds === undefined) return undefined;
  const part = {};
  const built = expression(VOID, [seconds], (frame) => {
    const length = seconds.eval(frame);
    if (length === null) return null;
    return runPart(frame.x, part, function* () {
      const sleepUs = Math.max(0, Math.round((length as number) * 1_000_000));
      yield { ready: () => false, blockers: () => [], forWhat: 'the time', sleepUs };
      return '';
    });
  });
  return { ...built, blocks: true };
}

function unlockAll(args: readonly Expression[]): Expression | undefined {
  if (args.length > 0) return undefined;
  return expression(VOID, [], (frame) => {
    frame.x.host.locks.releaseAll(frame.x.host.backend);
    return '';
  });
}

const PATTERN = /^pg_(try_)?advisory_(xact_)?(lock|unlock)(_shared)?$/;

/** The functions on advisory locks, and `pg_sleep`: those that may wait. */
export function callLockFunction(name: string, args: readonly Expression[]): Expression | undefined {
  if (name === 'pg_sleep') return sleep(args);
  if (name === 'pg_advisory_unlock_all') return unlockAll(args);
  const match = PATTERN.exec(name);
  if (match === null) return undefined;
  const mode = match[4] === undefined ? EXCLUSIVE_LOCK : SHARE_LOCK;
  const isSession = match[2] === undefined;
  if (match[3] === 'unlock') {
    if (match[1] !== undefined || !isSession) return undefined;
    return overKeys(args, BOOL, false, ({ x }, key) => {
      const had = x.host.locks.release(x.host.backend, key, mode);
      if (!had) x.host.warn(`you don't own a lock of type ${mode === EXCLUSIVE_LOCK ? 'ExclusiveLock' : 'ShareLock'}`);
      return had;
    });
  }
  if (match[1] !== undefined) {
    return overKeys(args, BOOL, false, ({ x }, key) => x.host.locks.tryAcquire(x.host.backend, key, mode, isSession ? undefined : x.transaction));
  }
  return overKeys(args, VOID, true, (frame, key, part) => runPart(frame.x, part, () => wait(frame, key, mode, isSession)));
}
