import { execFile } from 'node:child_process';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { digestsUnder, type DigestsUnder } from '../support/digests-under.js';

const MAJORS = [20, 22, 24];

const run = promisify(execFile);

const majorOf = async (binary: string): Promise<number> => Number((await run(binary, ['-p', 'process.versions.node.split(".")[0]'])).stdout);

/** From the registry: the binary is in the package. Null where it cannot be had. */
async function install(major: number, folder: string): Promise<string | null> {
  const name = `node-${process.platform}-${process.arch}`;
  const prefix = join(folder, String(major));
  const binary = join(prefix, 'node_modules', name, 'bin', 'node');
  try {
    await run('npm', ['install', '--prefix', prefix, '--no-audit', '--no-fund', '--silent', `${name}@${major}`]);
    await access(binary);
    return binary;
  } catch {
    return null;
  }
}

/** One binary for each major version: this one, those of HOLDFAST_NODES (a list like PATH), else from the registry. */
async function binaries(folder: string): Promise<ReadonlyMap<number, string>> {
  const found = new Map<number, string>();
  const given = process.env['HOLDFAST_NODES']?.split(delimiter).filter((path) => path !== '') ?? [];
  for (const binary of [process.execPath, ...given]) found.set(await majorOf(binary), binary);
  for (const major of MAJORS) {
    const installed = found.has(major) ? null : await install(major, folder);
    if (installed !== null) found.set(major, installed);
  }
  return found;
}

test('the compatibility cases and the workloads have the same digests on Node 20, 22 and 24', { timeout: 900_000 }, async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-nodes-'));
  try {
    const nodes = await binaries(folder);
    const missing = MAJORS.filter((major) => !nodes.has(major));
    if (missing.length > 0) {
      const cure = `no Node ${missing.join(' and ')} here: give their binaries in HOLDFAST_NODES (${['/path/to/node22', '/path/to/node24'].join(delimiter)}), or let npm reach its registry`;
      if (process.env['CI'] === undefined) context.skip(cure);
      expect.fail(cure);
    }
    for (const script of ['compatibility-digests', 'workload-digests'] as const) {
      const all: DigestsUnder[] = [];
      for (const major of MAJORS) all.push(await digestsUnder(nodes.get(major) ?? '', script));
      const [first, ...others] = all;
      expect(Object.keys(first?.digests ?? {}).length).toBeGreaterThan(0);
      for (const other of others) expect(other.digests, `${other.node} against ${String(first?.node)}`).toEqual(first?.digests);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
