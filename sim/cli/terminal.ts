import pico from 'picocolors';
import type { Colors } from 'picocolors/types.js';

/** Where a command writes. Results go to standard output; progress and complaints to standard error. */
export interface Terminal {
  /** For standard output: those of a terminal that wants them, else none. */
  readonly colours: Colors;
  /** How many columns standard output has. */
  readonly columns: number;
  /** Where progress is drawn, or written line by line when it is no terminal. */
  readonly progress: NodeJS.WriteStream;
  /** Writes text and a line break to standard output. */
  print(text: string): void;
  /** Writes a line to standard error. */
  complain(line: string): void;
  /**
   * From now on standard output is for `print` only: what a module under test logs goes to standard error. For commands
   * whose output is read by a program.
   */
  keepOutputClean(): void;
  /** Resolves when all that was printed is out. */
  flush(): Promise<void>;
}

/** For what is no terminal: logs are often read in wide windows. */
const COLUMNS_OF_A_FILE = 120;

/** The terminal, or the pipes, of this process. */
export function processTerminal({ stdout, stderr, env }: Pick<NodeJS.Process, 'stdout' | 'stderr' | 'env'>): Terminal {
  const write = stdout.write.bind(stdout);
  const wantsColours = stdout.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
  return {
    colours: pico.createColors(wantsColours),
    columns: stdout.isTTY ? stdout.columns : COLUMNS_OF_A_FILE,
    progress: stderr,
    print: (text) => void write(`${text}\n`),
    complain: (line) => void stderr.write(`${line}\n`),
    keepOutputClean() {
      stdout.write = stderr.write.bind(stderr);
    },
    flush: () => new Promise((resolve) => void write('', () => resolve())),
  };
}
