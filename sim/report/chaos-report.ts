import type { Colors } from 'picocolors/types.js';
import { chaosFaults } from '../chaos/chaos-faults.js';
import type { ChaosResult, ChaosSpec, ChaosViolation } from '../chaos/chaos-result.js';
import type { Plugins } from '../explore/load-plugins.js';
import { faultTable, verdictLine } from './campaign-report.js';
import { counted, duration } from './numbers.js';
import { table } from './table.js';

/** Every knob of a run on real servers. */
export function chaosKnobs({ backends, lock, workload, timeMs, stock, pooler }: ChaosSpec): string {
  const knobs = [
    ['backend', backends.map((name) => (name === 'postgres' && pooler !== false ? 'postgres behind pgbouncer' : name)).join(', ')],
    ['workload', workload],
    ['lock', lock],
    ['time', `${duration(timeMs)} of faults`],
    ...(stock === undefined ? [] : [['stock', counted(stock, 'unit')]]),
  ];
  return knobs.map(([name = '', value = '']) => `${name.padEnd(10)}${value}`).join('\n');
}

/** What a run on real servers found. There is nothing to replay, but a history to look at. */
export function chaosReport(result: ChaosResult, { workload }: Plugins, colours: Colors): string {
  const broken = new Map(result.violations.map((violation) => [violation.property, violation]));
  const properties = [...new Set([...workload.check, ...broken.keys()])];
  const reached = Object.entries(result.sometimes).map(([name, times]) => [name, times > 0 ? 'yes' : 'no']);
  return [
    '',
    table(
      ['property', 'outcome'],
      properties.map((property) => [property, broken.has(property) ? colours.red('BROKEN') : colours.green('held')]),
    ),
    ...faultTable(result.faults, [...chaosFaults.keys()]),
    ...(reached.length === 0 ? [] : [table(['sometimes', 'reached'], reached)]),
    '',
    totals(result),
    `history   ${result.file}`,
    ...result.violations.map((violation) => story(violation, colours)),
    '',
    verdictLine(result, 'everything held', colours),
  ].join('\n');
}

function totals({ operations, grants, effectiveFaults, wallMs, seed }: ChaosResult): string {
  const counts = [counted(operations, 'operation'), counted(grants, 'grant'), counted(effectiveFaults, 'effective fault')];
  return `${counts.join(', ')} in ${duration(wallMs)}; fault plan of seed ${seed}`;
}

const story = ({ property, message, operations }: ChaosViolation, colours: Colors): string =>
  `\n${colours.bold(colours.red(property))}: ${message} (${counted(operations, 'operation')} of the history)`;
