import { SingleBar } from 'cli-progress';

/** How far something is, told while it goes on. */
export interface Progress {
  /** `fraction` from 0 to 1. Cheap: may be called often. */
  show(fraction: number, text: string): void;
  /** Takes the bar away; the result comes in its place. */
  stop(): void;
}

/** How often a log that is no terminal gets a line. */
const LINE_EVERY_MS = 5_000;

/**
 * A bar on a terminal; elsewhere, a plain line now and then. `begin` is called before the first sign of progress: bad input
 * that only shows when the work is tried comes before that, and then nothing may have been printed yet.
 */
export function showProgress(stream: NodeJS.WriteStream, begin: () => void = () => undefined): Progress {
  let shown: Progress | undefined;
  const start = (): Progress => {
    begin();
    return stream.isTTY ? bar(stream) : plainLines((line) => void stream.write(`${line}\n`));
  };
  return {
    show(fraction, text) {
      shown ??= start();
      shown.show(fraction, text);
    },
    stop: () => shown?.stop(),
  };
}

/** Apart from the stream and with the time passed in, so that it can be tested. */
export function plainLines(write: (line: string) => void, now: () => number = () => performance.now()): Progress {
  let next = now() + LINE_EVERY_MS;
  return {
    show(fraction, text) {
      if (now() < next) return;
      next = now() + LINE_EVERY_MS;
      write(`${Math.floor(clamped(fraction) * 100)} %: ${text}`);
    },
    stop: () => undefined,
  };
}

const STEPS = 1_000;

function bar(stream: NodeJS.WriteStream): Progress {
  const single = new SingleBar({
    stream,
    format: '{bar} {percentage} % {text}',
    barsize: 24,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    clearOnComplete: true,
    // With a longer line than the terminal has columns, clearing would leave its beginning behind.
    linewrap: false,
  });
  single.start(STEPS, 0, { text: 'starting' });
  return {
    show: (fraction, text) => single.update(Math.floor(clamped(fraction) * STEPS), { text }),
    stop: () => single.stop(),
  };
}

const clamped = (fraction: number): number => Math.min(1, Math.max(0, fraction || 0));
