import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface TestRun {
  readonly code: number | null;
  /** Both streams, as a terminal would show them, without colours. */
  readonly output: string;
}

/** Runs a command of a shell, as somebody at a terminal would, outside of the test runner that runs now. */
export function runShell(line: string, cwd: string, variables: Readonly<Record<string, string>> = {}): Promise<TestRun> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(VITEST|VITE_|NODE_|HOLDFAST_|CI$|TEST$|DEV$|PROD$|MODE$|FORCE_COLOR$)/.test(name));
  const bin = fileURLToPath(new URL('../../node_modules/.bin', import.meta.url));
  return new Promise((resolve, reject) => {
    const child = spawn('sh', ['-c', line], {
      cwd,
      env: { ...Object.fromEntries(inherited), PATH: `${bin}:${process.env['PATH'] ?? ''}`, NO_COLOR: '1', ...variables },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}
