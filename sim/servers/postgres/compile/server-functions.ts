import { SqlError } from '../sql-error.js';
import { arrayTypeOf, BOOL, INT4, INT8, TEXT } from '../types/sql-type.js';
import type { Frame } from '../execute/execution.js';
import type { Expression } from './expression.js';
import { asking, type Builder, oneOf, plain } from './function-builders.js';

function signal({ x }: Frame, pid: number, what: 'cancel' | 'terminate'): boolean {
  if (what === 'cancel' && pid === x.host.backend.pid) throw new SqlError('57014', 'canceling statement due to user request');
  const isThere = x.host.server.signal(pid, what);
  if (!isThere) x.host.warn(`PID ${pid} is not a PostgreSQL backend process`);
  return isThere;
}

/** Functions about the server and its sessions, by name. */
const FUNCTIONS: Readonly<Record<string, Builder>> = {
  pg_backend_pid: asking([], INT4, (frame) => frame.x.host.backend.pid),
  pg_blocking_pids: (args) => {
    const pids = arrayTypeOf(INT4);
    return pids && asking([INT4], pids, (frame, [pid]) => frame.x.host.server.blockers(pid as number))(args);
  },
  pg_cancel_backend: asking([INT4], BOOL, (frame, [pid]) => signal(frame, pid as number, 'cancel')),
  pg_terminate_backend: oneOf(
    asking([INT4], BOOL, (frame, [pid]) => signal(frame, pid as number, 'terminate')),
    asking([INT4, INT8], BOOL, (frame, [pid]) => signal(frame, pid as number, 'terminate')),
  ),
  pg_is_in_recovery: plain([], BOOL, () => false),
  current_database: plain([], TEXT, () => 'postgres'),
  current_schema: plain([], TEXT, () => 'public'),
  pg_current_xact_id_if_assigned: asking([], TEXT, ({ x }) => (x.transaction.top.hasNumber ? String(x.transaction.top.id) : null)),
  to_regclass: asking([TEXT], TEXT, ({ x }, [name]) => {
    const bare = (name as string).replace(/^public\./, '').replace(/^"(.*)"$/, '$1');
    return x.host.catalog.find(bare, x.transaction)?.name ?? null;
  }),
};

export function callServerFunction(name: string, args: readonly Expression[]): Expression | undefined {
  return Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name]?.(args) : undefined;
}
