import { cpus } from 'node:os';
import Table from 'cli-table3';
import type { Bench } from './bench.js';
import type { Row } from './measure.js';

/** What `--json` prints of a bench. */
export interface Report {
  readonly name: string;
  readonly machine: Machine;
  readonly rows: readonly Row[];
}

/** What the figures depend on, and nothing that tells whose machine it was. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
  readonly platform: string;
}

export function thisMachine(): Machine {
  const all = cpus();
  return { cpu: all[0]?.model.trim() ?? 'unknown', cores: all.length, node: process.version, platform: `${process.platform} ${process.arch}` };
}

/** The report as a person reads it. */
export function printable({ name, machine, rows }: Report, { about, base }: Bench): string {
  const table = new Table({
    head: ['measure', 'contender', 'unit', 'median', 'min', 'max', `ratio to ${base}`, 'from', 'to'],
    colAligns: ['left', 'left', 'left', 'right', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [] },
  });
  rows.forEach((row, index) => {
    const isFirst = rows[index - 1]?.measure !== row.measure;
    const ratios =
      row.ratio === null || row.ratioRange === null ? ['', '', ''] : [row.ratio, ...row.ratioRange].map((ratio) => readable(ratio, ratio < 0.1 ? 2 : 3));
    table.push([isFirst ? row.measure : '', row.contender, row.unit, readable(row.median), readable(row.min), readable(row.max), ...ratios]);
  });
  return `${name}: ${about}\n${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, ${machine.platform}\n${table.toString()}`;
}

/** Whole from 100 on, with thousands marked; below, as many significant digits. */
const readable = (value: number, digits = 3): string =>
  value.toLocaleString('en-US', Math.abs(value) >= 100 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: digits });
