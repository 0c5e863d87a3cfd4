import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { childProcesses } from '../../../../sim/chaos/child-processes.js';

test('the children of a process are told with what they run, and nobody else', async () => {
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume(); process.stdout.write(".")'], { stdio: ['pipe', 'pipe', 'ignore'] });
  await once(child.stdout, 'data');
  const own = childProcesses(process.pid).find(({ pid }) => pid === child.pid);
  expect(own?.title).toContain('process.stdin.resume()');
  expect(childProcesses(child.pid as number)).toEqual([]);
  child.stdin.end();
  await once(child, 'exit');
  expect(childProcesses(process.pid).map(({ pid }) => pid)).not.toContain(child.pid);
});
