import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface DigestsUnder {
  readonly node: string;
  /** By the label of the case, or the name of the workload. */
  readonly digests: Readonly<Record<string, string>>;
}

/** What prints digests: of all compatibility cases, or of all workloads. */
export type DigestScript = 'compatibility-digests' | 'workload-digests';

/** What the script prints in a new process, under the given Node. */
export function digestsUnder(nodeBinary: string, script: DigestScript = 'compatibility-digests'): Promise<DigestsUnder> {
  return new Promise((resolve, reject) => {
    const args = ['--conditions=source', '--import', 'tsx/esm', `test/support/${script}.ts`];
    execFile(nodeBinary, args, { cwd: ROOT, maxBuffer: 1 << 24 }, (error, stdout, stderr) => {
      if (error === null) resolve(JSON.parse(stdout.slice(stdout.lastIndexOf('\n', stdout.length - 2) + 1)) as DigestsUnder);
      else reject(new Error(`${nodeBinary} could not run ${script}:\n${stderr.slice(-2_000)}`));
    });
  });
}
