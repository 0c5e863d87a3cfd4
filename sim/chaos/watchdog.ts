import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const fromSource = import.meta.url.endsWith('.ts');

/**
 * A process beside ours that ends what we started, and removes our folder, should we be killed in a way that nothing in us
 * can hear of (SIGKILL, out of memory). It knows of our end because the pipe that it reads from closes.
 */
export class Watchdog {
  readonly #process: ChildProcess;
  readonly #exited: Promise<void>;

  constructor(folder: string) {
    const program = fileURLToPath(new URL(fromSource ? './watchdog-process.ts' : './watchdog-process.js', import.meta.url));
    const loader = fromSource ? ['--conditions=source', '--import', import.meta.resolve('tsx/esm')] : [];
    // In a session of its own, so that a signal to our group leaves it alone.
    this.#process = spawn(process.execPath, [...loader, program, folder], { stdio: ['pipe', 'ignore', 2], detached: true });
    this.#exited = new Promise((resolve) => {
      this.#process.once('exit', () => resolve());
      this.#process.once('error', () => resolve());
    });
    // When it is gone, there is nothing that could be told to it.
    this.#process.stdin?.on('error', () => undefined);
    this.#process.unref();
  }

  /** Takes note of a child of ours, until it exits: `signal` is what would end it. */
  watch(child: ChildProcess, signal: NodeJS.Signals): void {
    if (child.pid === undefined) return;
    this.#tell(`watch ${child.pid} ${signal}\n`);
    child.once('exit', () => this.#tell(`forget ${child.pid}\n`));
  }

  /** To be called when there is nothing left to watch. Resolves when it is gone. */
  async end(): Promise<void> {
    // Its end is to be heard of even when there is nothing else to wait for.
    this.#process.ref();
    this.kill();
    await this.#exited;
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }

  #tell(line: string): void {
    this.#process.stdin?.write(line);
  }
}
