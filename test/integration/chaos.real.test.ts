import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parseHistory } from '../../models/history-file.js';
import type { ChaosResult, ChaosSpec } from '../../sim/chaos/chaos-result.js';
import { runChaos } from '../../sim/chaos/run-chaos.js';
import { UserInputError } from '../../sim/user-input-error.js';
import { runHoldfast } from '../support/run-holdfast.js';
import { watchedRuns } from '../support/watched-runs.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const { folder: outside, temporary, processes } = watchedRuns();
const spec: ChaosSpec = { backends: ['redis'], lock: 'redis', workload: 'last-item', timeMs: 7_000, directory: join(outside, 'histories') };

function module(name: string, text: string): string {
  const file = join(outside, name);
  writeFileSync(file, text);
  return file;
}

test.each(['last-item', 'lock', 'hot-sku'])('our lock and stock hold in the real world: %s', async (workload) => {
  const result = await runChaos({ ...spec, workload });
  expect(result.violations).toEqual([]);
  expect(result.verdict).not.toBe('fail');
  expect(result.grants).toBeGreaterThan(0);
  expect(result.effectiveFaults).toBeGreaterThan(5);
  const history = parseHistory(readFileSync(result.file, 'utf8'));
  const granted = history.records.filter((record) => record.type === 'operation' && record.operation === 'acquire' && record.status === 'ok');
  expect(granted.length).toBe(result.grants);
  expect(history.records.flatMap((record) => (record.type === 'occurrence' && record.process === 'world' ? [record.occurrence] : []))).toEqual(['heal', 'end']);
});

test('a lock that excludes nobody in another process is caught', async () => {
  const result = await runChaos({ ...spec, lock: 'in-process-mutex', timeMs: 2_000 });
  expect(result.verdict).toBe('fail');
  expect(result.violations.map(({ property }) => property)).toContain('mutual-exclusion');
});

test('the lock of the article is caught when holders sleep past their leases', { timeout: 240_000 }, async () => {
  // In the first one's plan four clients are paused for long while they hold the lock; real time decides what comes of it.
  const caught: string[] = [];
  for (let seed = 286; seed < 296 && caught.length === 0; seed += 1) {
    const { violations } = await runChaos({ ...spec, lock: 'article-redis', timeMs: 12_000, seed });
    caught.push(...violations.map(({ property }) => property));
  }
  expect(caught).toContain('mutual-exclusion');
});

test('a lock that throws where nobody catches it breaks a property, and the rest of the run is judged', async () => {
  const lock = module(
    'throws.ts',
    `import { defineLock } from 'holdfast/sim';
    export default defineLock({
      name: 'throws',
      assumes: { faults: [], bounds: { clockDriftPpm: 0, memoryLossDowntimeTtls: 0 }, inWords: 'nothing' },
      needs: [],
      create: () => ({ acquire: async () => { setTimeout(() => { throw new Error('on purpose'); }, 300); return { status: 'refused' }; } }),
    });`,
  );
  // As a command: only there can modules in TypeScript be loaded.
  const { code, stdout } = await runHoldfast(['chaos', '--backend', 'redis', '--lock', lock, '--time', '2', '--json']);
  const { verdict, violations, grants } = JSON.parse(stdout) as ChaosResult;
  expect([code, verdict]).toEqual([1, 'fail']);
  expect(violations.find(({ property }) => property === 'no-unexpected-error')?.message).toMatch(/^c\d threw where nobody caught it: Error: on purpose$/);
  expect(grants).toBe(0);
});

test('a lock that cannot begin is bad input, told in a line', async () => {
  const lock = module(
    'cannot-begin.ts',
    `import { defineLock } from 'holdfast/sim';
    export default defineLock({
      name: 'cannot-begin',
      assumes: { faults: [], bounds: { clockDriftPpm: 0, memoryLossDowntimeTtls: 0 }, inWords: 'nothing' },
      needs: [],
      create: () => { throw new Error('no licence'); },
    });`,
  );
  const { code, stdout, stderr } = await runHoldfast(['chaos', '--backend', 'redis', '--lock', lock, '--time', '2', '--json']);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^.*lock cannot-begin: create threw Error: no licence\n$/);
});

test.each<readonly [Partial<ChaosSpec>, RegExp]>([
  [{ lock: 'nothing' }, /^there is no lock "nothing": /],
  [{ backends: ['memcached'] }, /^there is no back end "memcached": chaos can start redis, postgres$/],
  [{ backends: [] }, /^chaos needs a back end: there is redis, postgres$/],
  [{ lock: 'postgres-lease' }, /^this lock under this workload needs postgres: give --backend redis,postgres$/],
  [{ stock: 0 }, /^stock is a whole number, 1 or more, not 0$/],
  [{ timeMs: 10 }, /^chaos needs a second at least/],
  [{ clients: 0 }, /^chaos runs 1 to 100 clients, not 0$/],
  [{ seed: 0.5 }, /^a seed is a whole number, 0 or more, not 0.5$/],
])('%o is told in a line', async (wrong, message) => {
  const error: unknown = await runChaos({ ...spec, ...wrong }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UserInputError);
  expect((error as Error).message).toMatch(message);
});

test('so is a machine without redis-server', async () => {
  const path = process.env['PATH'];
  process.env['PATH'] = temporary;
  try {
    await expect(runChaos(spec)).rejects.toThrow(/^no redis-server on this machine: install it .*$/);
  } finally {
    process.env['PATH'] = path;
  }
});

test.each(['redis', 'postgres'])(
  'a run on %s that is interrupted leaves nothing behind either, nor one that is killed',
  { timeout: 240_000 },
  async (backend) => {
    for (const signal of ['SIGINT', 'SIGKILL'] as const) {
      const run = await runInBackground({ ...spec, backends: [backend], lock: backend === 'redis' ? 'redis' : 'postgres-lease', timeMs: 60_000 });
      expect(processes().length).toBeGreaterThan(5);
      run.child.kill(signal);
      expect(await run.exited).toBe(signal);
      // What was killed needs a moment to be gone.
      while (processes().length > 0) await sleep(10);
      expect(readdirSync(temporary).filter((name) => name.startsWith('holdfast-'))).toEqual([]);
    }
  },
);

/** Resolves when its clients are at work. */
async function runInBackground(of: ChaosSpec): Promise<{ child: ChildProcess; exited: Promise<unknown> }> {
  const program = join(outside, 'run.mts');
  writeFileSync(
    program,
    `import { runChaos } from ${JSON.stringify(new URL('../../sim/chaos/run-chaos.ts', import.meta.url).href)};
    await runChaos(${JSON.stringify(of)}, ({ phase, grants }) => {
      if (phase === 'faults' && grants > 0) process.stdout.write('.');
    });`,
  );
  const loader = ['--conditions=source', '--import', import.meta.resolve('tsx/esm')];
  const child = spawn(process.execPath, [...loader, program], { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
  await once(child.stdout, 'data');
  return { child, exited };
}
