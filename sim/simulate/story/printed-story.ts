import type { Access } from './access.js';
import type { StoryLine } from './story-lines.js';
import { ms } from './words.js';

const MOST_LINES = 48;
const AT_EACH_END = 8;

/** The lines as text, a long story cut down to what matters: its ends, faults, remarks, and `around` certain commands. */
export function printedStory(lines: readonly StoryLine[], around: readonly Access[]): string {
  const width = Math.max(...lines.map(({ time }) => ms(time).length), 1);
  const isShown = lines.length <= MOST_LINES ? () => true : chosen(lines, around);
  const text: string[] = [];
  let hidden = 0;
  const tellHidden = (): void => {
    if (hidden > 0) text.push(`  ${' '.repeat(width)}  ... ${hidden} more ...`);
    hidden = 0;
  };
  for (const line of lines) {
    if (!isShown(line)) {
      hidden += 1;
      continue;
    }
    tellHidden();
    text.push(`${isOneOf(around, line) && line.access?.time === line.time ? '>' : ' '} ${ms(line.time).padStart(width)}  ${line.text}`);
  }
  tellHidden();
  return text.join('\n');
}

const isOneOf = (around: readonly Access[], { access }: StoryLine): boolean => access !== null && around.includes(access);

/** What there is room for: the more important first, and of the same importance the latest first, as it is nearest to the failure. */
function chosen(lines: readonly StoryLine[], around: readonly Access[]): (line: StoryLine) => boolean {
  const repeats = repetitions(lines);
  const importance = (line: StoryLine, at: number): number => {
    if (isOneOf(around, line) || at === 0 || at >= lines.length - AT_EACH_END) return 0;
    if (line.isKept) return 1;
    if (repeats.has(line)) return 4;
    return at < AT_EACH_END ? 2 : 3;
  };
  const ranked = lines.map((line, at) => ({ line, at, rank: importance(line, at) }));
  ranked.sort((one, other) => one.rank - other.rank || other.at - one.at);
  const shown = new Set(ranked.slice(0, MOST_LINES).map(({ line }) => line));
  return (line) => shown.has(line);
}

/** Commands that a process had just sent in the same words, with their answers: it polls. */
function repetitions(lines: readonly StoryLine[]): ReadonlySet<StoryLine> {
  const repeats = new Set<StoryLine>();
  const last = new Map<string, string>();
  for (const line of lines) {
    if (line.access === null) continue;
    const kind = `${line.access.process} ${line.access.time === line.time ? 'asks' : 'hears'}`;
    if (last.get(kind) === line.text) repeats.add(line);
    last.set(kind, line.text);
  }
  return repeats;
}
