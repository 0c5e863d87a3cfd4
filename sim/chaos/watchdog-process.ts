/** The process of `Watchdog`: listens until its parent is gone, then cleans up after it. */
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { childProcesses } from './child-processes.js';

const [, , folder = ''] = process.argv;
const LOOK_AGAIN_MS = 20;
const PATIENCE_MS = 3_000;

/** By pid, the signal that would end it. */
const watched = new Map<number, NodeJS.Signals>();
for await (const line of createInterface({ input: process.stdin })) {
  const [order, pid, signal] = line.split(' ');
  if (order === 'watch') watched.set(Number(pid), signal as NodeJS.Signals);
  else watched.delete(Number(pid));
}

for (const [pid, signal] of watched) {
  // What is stopped hears of nothing but SIGKILL.
  for (const one of [pid, ...childProcesses(pid).map((child) => child.pid)]) send(one, 'SIGCONT');
  send(pid, signal);
}
const deadline = performance.now() + PATIENCE_MS;
const left = (): number[] => [...watched.keys()].filter((pid) => send(pid, 0));
while (left().length > 0 && performance.now() < deadline) await sleep(LOOK_AGAIN_MS);
for (const pid of left()) send(pid, 'SIGKILL');
rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });

/** Whether there is still somebody to send it to. */
function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
