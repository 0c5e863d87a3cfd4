import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** A process, and its title or command line. */
export interface ChildProcessEntry {
  readonly pid: number;
  readonly title: string;
}

/** The children of a process that we started: its own, to be named by nothing but their parent. */
export function childProcesses(parent: number): ChildProcessEntry[] {
  return existsSync('/proc/self/task') ? fromProc(parent) : fromPs(parent);
}

function fromProc(parent: number): ChildProcessEntry[] {
  const pids = textOf(`/proc/${parent}/task/${parent}/children`).split(' ').filter(Boolean);
  return pids.map((pid) => ({ pid: Number(pid), title: textOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim() }));
}

function fromPs(parent: number): ChildProcessEntry[] {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=', '-o', 'ppid=', '-o', 'command='], { encoding: 'utf8' }).split('\n');
  return rows.flatMap((row) => {
    const [, pid, ppid, title = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(row) ?? [];
    return Number(ppid) === parent ? [{ pid: Number(pid), title: title.trim() }] : [];
  });
}

/** Empty for what is gone meanwhile. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
