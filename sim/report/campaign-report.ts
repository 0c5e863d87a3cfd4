import type { Colors } from 'picocolors/types.js';
import type { FaultKind } from '../../src/locks/envelope.js';
import type { CampaignResult, CampaignSpec, FoundViolation } from '../explore/campaign-result.js';
import type { Plugins } from '../explore/load-plugins.js';
import { faultKinds } from '../nemesis/faults.js';
import type { FaultCount } from '../nemesis/nemesis.js';
import { commandLine } from './command-line.js';
import { count, counted, duration } from './numbers.js';
import { statisticalBound } from './statistical-bound.js';
import { table } from './table.js';

/** Seed and every knob: what it takes to run the same campaign again. */
export function campaignKnobs(spec: CampaignSpec, { workload, lock }: Plugins, colours: Colors): string {
  const knobs = [
    ['workload', `${spec.workload}  ${colours.dim(workload.tests)}`],
    ['lock', spec.lock],
    ['seeds', seedsInWords(spec)],
    ['faults', faultsInWords(spec.faults, lock.assumes.faults)],
    ['workers', String(spec.workers)],
    ...Object.entries(spec.fixed ?? {}).map(([name, value]) => [name, String(value)]),
  ];
  return knobs.map(([name = '', value = '']) => `${name.padEnd(10)}${value}`).join('\n');
}

function seedsInWords({ firstSeed, extent, shard }: CampaignSpec): string {
  const last = 'seeds' in extent ? `to ${firstSeed + extent.seeds - 1}` : `on, for ${duration(extent.timeMs)}`;
  if (shard === undefined) return `${firstSeed} ${last}`;
  const [own, next] = [firstSeed + shard.index - 1, firstSeed + shard.index - 1 + shard.of];
  return `${firstSeed} ${last}; shard ${shard.index}/${shard.of} of them: ${own}, ${next}...`;
}

function faultsInWords(faults: CampaignSpec['faults'], envelope: readonly FaultKind[]): string {
  if (faults === 'all') return `all inside the envelope: ${envelope.join(', ')}`;
  return faults === 'none' ? 'none' : faults.join(', ');
}

export interface CampaignReportOptions {
  readonly plugins: Plugins;
  readonly colours: Colors;
}

/** What a campaign found: each property, each fault, and last how to replay what broke. */
export function campaignReport(result: CampaignResult, { plugins, colours }: CampaignReportOptions): string {
  return [
    '',
    table(['property', 'outcome', 'lowest seed', 'shrunk to'], propertyRows(result, plugins.workload.check, colours)),
    ...faultTable(result.faults),
    ...sometimesTable(result, plugins),
    ...transitionLines(result),
    '',
    totals(result),
    ...result.violations.map((violation) => violationStory(violation, colours)),
    '',
    verdictLine(result, `everything held in ${counted(result.seeds, 'run')}`, colours),
  ].join('\n');
}

function propertyRows({ violations, seeds }: CampaignResult, asked: readonly string[], colours: Colors): string[][] {
  const broken = new Map(violations.map((violation) => [violation.property, violation]));
  return [...new Set([...asked, ...broken.keys()])].map((property) => {
    const violation = broken.get(property);
    if (violation === undefined) return [property, `${colours.green('held')}  ${seeds > 0 ? statisticalBound(seeds) : 'no seed ran'}`, '', ''];
    return [property, colours.red('BROKEN'), String(violation.seed), sizeOf(violation)];
  });
}

/** `2 operations, 1 fault, 84 events`. */
export function sizeOf({ operations, faults, events }: Pick<FoundViolation, 'operations' | 'faults' | 'events'>): string {
  return `${counted(operations, 'operation')}, ${faults === 0 ? 'no fault' : counted(faults, 'fault')}, ${counted(events, 'event')}`;
}

/** Nothing when no kind was on. */
export function faultTable(faults: Readonly<Record<string, FaultCount>>, kinds: readonly string[] = faultKinds): string[] {
  const rows = kinds.flatMap((kind) => {
    const seen = faults[kind];
    return seen === undefined ? [] : [[kind, count(seen.injected), count(seen.effective)]];
  });
  return rows.length === 0 ? [] : [table(['fault', 'injected', 'effective'], rows)];
}

function sometimesTable({ sometimes, seeds }: CampaignResult, { workload }: Plugins): string[] {
  const rows = Object.keys(workload.sometimes).map((name) => [name, `${count(sometimes[name] ?? 0)} of ${count(seeds)} seeds`]);
  return rows.length === 0 ? [] : [table(['sometimes', 'reached in'], rows)];
}

/** What of a formal model no run has shown: not wrong, but not tried either. */
function transitionLines({ transitions, seeds }: CampaignResult): string[] {
  if (transitions === undefined || seeds === 0) return [];
  const { model, never, shown } = transitions;
  if (never.length === 0) return ['', `every one of the ${Object.keys(shown).length} model transitions of ${model} was shown`];
  return ['', `model transitions of ${model} never shown: ${never.map((name) => `"${name}"`).join('; ')}`];
}

function totals({ seeds, events, virtualMs, wallMs, digest }: CampaignResult): string {
  const digestPart = digest === null ? '' : `, digest ${digest}`;
  return `${counted(seeds, 'run')}, ${counted(events, 'event')}, ${duration(virtualMs)} of virtual time in ${duration(wallMs)}${digestPart}`;
}

function violationStory({ property, message, seed, file, replay }: FoundViolation, colours: Colors): string {
  const where = file === '' ? '' : `\n  scenario  ${file}`;
  const how = replay === '' ? `\n  replay    none: the run of seed ${seed} does not end` : `\n  replay    ${commandLine('replay', replay)}`;
  return `\n${colours.bold(colours.red(property))}: ${message}${where}${how}`;
}

/** What a campaign and a run on real servers have in common. */
type Judged = Pick<CampaignResult, 'verdict' | 'reasons'> & { readonly violations: readonly unknown[] };

/** The last line. Green is for a pass only. */
export function verdictLine({ verdict, violations, reasons }: Judged, held: string, colours: Colors): string {
  const colour = { pass: colours.green, fail: colours.red, budget: colours.yellow, vacuous: colours.yellow }[verdict];
  const why = verdict === 'fail' ? `${counted(violations.length, 'property', 'properties')} broken` : someReasons(reasons);
  return colour(`${verdict}: ${verdict === 'pass' ? held : why}`);
}

const REASONS_SHOWN = 5;

/** The first few, and how many more there are: each may be one of thousands of seeds. */
export function someReasons(reasons: readonly string[]): string {
  const more = reasons.length - REASONS_SHOWN;
  return `${reasons.slice(0, REASONS_SHOWN).join('; ')}${more > 0 ? `; and ${count(more)} more` : ''}`;
}
