import type { Colors } from 'picocolors/types.js';
import type { CampaignResult, FoundViolation } from '../explore/campaign-result.js';
import { sizeOf, someReasons } from './campaign-report.js';
import { commandLine } from './command-line.js';
import { count, counted, duration } from './numbers.js';
import { statisticalBound } from './statistical-bound.js';
import { type Cell, table } from './table.js';
import { wrap } from './wrap.js';

/** A campaign of the main job, done. */
export interface MainRow {
  readonly lock: string;
  readonly workload: string;
  /** The property that must break; null when all must hold. */
  readonly mustBreak: string | null;
  /** The properties that the workload asks for. */
  readonly asked: readonly string[];
  readonly result: CampaignResult;
}

/** Ours must pass, and a specimen must be caught by the property that is meant. */
export function outcomeOf({ mustBreak, result }: MainRow): 'as it should be' | 'not as it should be' {
  const isRight = mustBreak === null ? result.verdict === 'pass' : result.violations.some(({ property }) => property === mustBreak);
  return isRight ? 'as it should be' : 'not as it should be';
}

export interface MainJobOutline {
  readonly firstSeed: number;
  readonly workers: number;
  readonly campaigns: readonly { readonly lock: string; readonly mustBreak: string | null; readonly seeds: number }[];
}

/** What is about to be run, for somebody who sees it for the first time. */
export function whatIsShown({ firstSeed, workers, campaigns }: MainJobOutline, colours: Colors, columns: number): string {
  const broken = campaigns.filter(({ mustBreak }) => mustBreak !== null).length;
  const most = Math.max(...campaigns.map(({ seeds }) => seeds));
  const about = `Our Redis lock and stock, and ${broken} known-broken locks, run in a simulated world: messages are delayed and lost, processes crash and
    pause, clocks drift, servers forget. The same workloads, faults and checks for all. Ours must hold; each of the others must be caught.`;
  return [
    colours.bold('Holdfast: does the lock hold, and does the shop never sell what it does not have?'),
    wrap(about, proseWidth(columns)),
    colours.dim(`Seeds from ${firstSeed}, up to ${count(most)} a row; all faults of the lock's envelope; ${counted(workers, 'worker')}.`),
    '',
  ].join('\n');
}

/** Longer lines are hard to read. */
const proseWidth = (columns: number): number => Math.min(columns, 110);

const NUMBERS = ['runs', 'virtual\ntime', 'effective\nfaults'];

/** With room for each number in a column of its own and two properties side by side; or as narrow as terminals are at first. */
const WIDE = { columns: 120, head: ['algorithm\nand workload', ...NUMBERS, 'each property', 'seeds to\nfirst\nviolation'], widths: [23, 7, 13, 11, 47, 12] };
const NARROW = { columns: 80, head: ['algorithm\nand workload', NUMBERS.join('\n'), 'each property', 'seeds to\nfirst\nviolation'], widths: [23, 14, 24, 12] };

/** One row a campaign, and below it what it showed: how sure a clean one is, or how to replay a broken one. */
export function mainTable(rows: readonly MainRow[], firstSeed: number, colours: Colors, columns: number): string {
  const isWide = columns >= WIDE.columns;
  const { head, widths } = isWide ? WIDE : NARROW;
  const across = (content: string): Cell[] => [{ content, colSpan: head.length }];
  const section = (title: string, members: readonly MainRow[]): Cell[][] =>
    members.length === 0
      ? []
      : [across(colours.bold(title)), ...members.flatMap((row) => [numbersOf(row, firstSeed, colours, isWide), across(footer(row, colours, isWide))])];
  const drawn = table(
    head,
    [
      ...section(
        'Must hold: our lock, and our stock even without a lock',
        rows.filter(({ mustBreak }) => mustBreak === null),
      ),
      ...section(
        'Known-broken: each must be caught',
        rows.filter(({ mustBreak }) => mustBreak !== null),
      ),
    ],
    { widths, ruled: true },
  );
  return withoutRulesInside(drawn);
}

/** A campaign's two rows belong together: below the heading, where columns end and none begin, there is no rule. */
function withoutRulesInside(drawn: string): string {
  const lines = drawn.split('\n');
  const heading = lines.findIndex((line) => line.startsWith('├'));
  return lines.filter((line, index) => index <= heading || !(line.startsWith('├') && line.includes('┴') && !line.includes('┬'))).join('\n');
}

function numbersOf(row: MainRow, firstSeed: number, colours: Colors, isWide: boolean): Cell[] {
  const { result } = row;
  const numbers = [count(result.seeds), duration(result.virtualMs), count(effectiveFaults(result))];
  const first = firstViolation(row);
  return [
    `${colours.bold(row.lock)}\non ${row.workload}`,
    ...(isWide ? numbers : [numbers.join('\n')]),
    propertyCell(row, colours, isWide),
    first === null ? 'none' : count(first.seed - firstSeed + 1),
  ];
}

const effectiveFaults = ({ faults }: CampaignResult): number => Object.values(faults).reduce((sum, { effective }) => sum + effective, 0);

/** `no-unexpected-error`, and a space. */
const PROPERTY_WIDTH = 20;

/** What broke, first. */
function propertyCell({ asked, result }: MainRow, colours: Colors, isWide: boolean): string {
  const broken = result.violations.map(({ property }) => property);
  const held = asked.filter((property) => !broken.includes(property));
  const texts = [
    ...broken.map((property) => colours.red(`✗ ${property.padEnd(PROPERTY_WIDTH)}`)),
    ...held.map((property) => `${colours.green('✓')} ${property.padEnd(PROPERTY_WIDTH)}`),
  ];
  const perLine = isWide ? 2 : 1;
  const lines = Array.from({ length: Math.ceil(texts.length / perLine) }, (_, index) => texts.slice(index * perLine, (index + 1) * perLine).join(''));
  return lines.join('\n');
}

/** The one that is meant, if it is there; else that of the lowest seed. */
function firstViolation({ mustBreak, result }: MainRow): FoundViolation | null {
  const lowest = [...result.violations].sort((one, other) => one.seed - other.seed)[0];
  return result.violations.find(({ property }) => property === mustBreak) ?? lowest ?? null;
}

function footer(row: MainRow, colours: Colors, isWide: boolean): string {
  const { result, mustBreak } = row;
  const trouble = outcomeOf(row) === 'as it should be' ? [] : [colours.red(troubleOf(row))];
  const first = firstViolation(row);
  if (first !== null) {
    const recorded = first.file === '' ? first.replay : first.file;
    // Whole, so that it can be copied: a command that is broken over two lines of a table cannot.
    const command = isWide ? commandLine('replay', recorded) : `replay ${recorded}`;
    return [...trouble, `${first.property}, in ${sizeOf(first)}: ${first.message}`, command].join('\n');
  }
  const isClean = mustBreak === null && result.verdict === 'pass';
  return [...trouble, ...(isClean ? [colours.green(`held: ${statisticalBound(result.seeds)}`)] : [])].join('\n');
}

function troubleOf({ mustBreak, result }: MainRow): string {
  if (mustBreak !== null) return `NOT CAUGHT by ${mustBreak} in ${counted(result.seeds, 'run')}`;
  return result.verdict === 'fail' ? 'BROKEN, and it must hold' : `${result.verdict}: ${someReasons(result.reasons)}`;
}

/** The result in a sentence, then how to read the table and where to go on. */
export function howToRead(rows: readonly MainRow[], wallMs: number, colours: Colors, columns: number): string {
  const wrong = rows.filter((row) => outcomeOf(row) !== 'as it should be');
  const runs = counted(
    rows.reduce((sum, { result }) => sum + result.seeds, 0),
    'run',
  );
  const virtual = duration(rows.reduce((sum, { result }) => sum + result.virtualMs, 0));
  const summary =
    wrong.length === 0
      ? colours.green('As it should be: ours held, and every known-broken lock was caught')
      : colours.red(`NOT as it should be: ${wrong.map(({ lock, workload }) => `${lock} on ${workload}`).join(', ')}`);
  const legend = `✓ held in every run, ✗ broken in at least one. "0 of 4,000: below 0.075 % a seed, 95 %" is what 4,000 clean runs prove: with
    95 % confidence, fewer seeds than that break anything. A replay runs the smallest failing scenario again, exactly, and with --trace
    shows each step of it:`;
  return [
    `${summary} (${runs}, ${virtual} of virtual time, in ${duration(wallMs)}).`,
    '',
    wrap(legend, proseWidth(columns)),
    `  ${commandLine('replay')} FILE --trace`,
    `Read on: README.md, or ${commandLine('--help')}`,
  ].join('\n');
}
