import { readFileSync } from 'node:fs';
import { UserInputError } from '../user-input-error.js';

/** Who a process runs as: as `spawn` takes it. */
export interface ServerUser {
  readonly uid?: number;
  readonly gid?: number;
}

/** PostgreSQL and pgbouncer refuse to run as root: then they run as the user that their packages made. */
export function unprivilegedUser(): ServerUser {
  if (process.getuid?.() !== 0) return {};
  const line = /^postgres:[^:]*:(\d+):(\d+):/m.exec(readFileSync('/etc/passwd', 'utf8'));
  if (line === null)
    throw new UserInputError('PostgreSQL does not run as root, and there is no user "postgres" that it could run as: run chaos as somebody else');
  return { uid: Number(line[1]), gid: Number(line[2]) };
}
