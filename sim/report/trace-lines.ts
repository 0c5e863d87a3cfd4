import type { Colors, Formatter } from 'picocolors/types.js';
import type { TraceLine } from '../kernel/trace.js';

export interface TraceLinesOptions {
  readonly colours: Colors;
  /** The event to be marked: the one at which a property broke. */
  readonly marked: number | null;
}

/**
 * A trace as aligned lines: event, virtual time in milliseconds, process, kind, text. A process has the same colour in all
 * of them. A generator, so that a long trace can be written piece by piece.
 */
export function* traceLines(lines: readonly TraceLine[], { colours, marked }: TraceLinesOptions): Generator<string> {
  const width = {
    event: widest(['event', ...lines.map(({ event }) => String(event))]),
    time: widest(['time/ms', ...lines.map(({ time }) => milliseconds(time))]),
    process: widest(['process', ...lines.map(({ process }) => process)]),
    kind: widest(['kind', ...lines.map(({ kind }) => kind)]),
  };
  const colourOf = processColours(lines, colours);
  const heading = ['event'.padStart(width.event), 'time/ms'.padStart(width.time), 'process'.padEnd(width.process), 'kind'.padEnd(width.kind), 'text'];
  yield colours.dim(`  ${heading.join('  ')}`);
  for (const { event, time, process, kind, text } of lines) {
    const isMarked = event === marked;
    const place = `${String(event).padStart(width.event)}  ${milliseconds(time).padStart(width.time)}`;
    const what = `${kind.padEnd(width.kind)}  ${oneLine(text)}`.trimEnd();
    const colour = colourOf.get(process) ?? colours.reset;
    yield `${isMarked ? colours.red('>') : ' '} ${place}  ${colour(process.padEnd(width.process))}  ${isMarked ? colours.bold(what) : what}`;
  }
}

/** Integer arithmetic: 1,234,567 microseconds are `1234.567`. */
function milliseconds(microseconds: number): string {
  return `${Math.floor(microseconds / 1_000)}.${String(microseconds % 1_000).padStart(3, '0')}`;
}

const widest = (texts: readonly string[]): number => texts.reduce((most, text) => Math.max(most, text.length), 0);

/** In order of first appearance, so that a replay always has the same colours. */
function processColours(lines: readonly TraceLine[], colours: Colors): Map<string, Formatter> {
  const palette = [colours.cyan, colours.yellow, colours.magenta, colours.green, colours.blue, colours.cyanBright, colours.yellowBright, colours.magentaBright];
  const names = [...new Set(lines.map(({ process }) => process))];
  return new Map(names.map((name, index) => [name, palette[index % palette.length] ?? colours.reset]));
}

/** Lua text has line breaks, and values may hold anything: neither may break the table or reach the terminal as a command. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\u0000-\u001f\u007f-\u009f]/g, '?');
}
