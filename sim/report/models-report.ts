import type { Colors } from 'picocolors/types.js';
import type { Counterexample } from '../../models/checker/counterexample.js';
import type { PropertyResult } from '../../models/checker/check-model.js';
import { count, duration } from './numbers.js';
import { table } from './table.js';
import { wrap } from './wrap.js';
import type { ModelRun } from '../cli/run-model.js';

/** What came of all runs: a line each. */
export function modelsTable(runs: readonly ModelRun[], colours: Colors): string {
  const head = ['model', 'parameters', 'properties', 'states', 'depth', 'states/s', ''];
  const rows = runs.map((run) => [
    run.model,
    wrap(told(run.params), 36),
    run.properties.map((property) => verdict(property, colours)).join('\n'),
    `${count(run.distinctStates)}${run.finished ? '' : '\nnot finished'}`,
    String(run.depth),
    count(run.statesPerSecond),
    run.mismatches === null ? '' : run.mismatches.length === 0 ? colours.green('as documented') : colours.red(run.mismatches.join('\n')),
  ]);
  return table(head, rows, { ruled: true });
}

function verdict({ name, holds, counterexampleLength }: PropertyResult, colours: Colors): string {
  if (holds === null) return `${name} ${colours.yellow('undecided')}`;
  if (holds) return `${name} ${colours.green('holds')}`;
  return `${name} ${colours.red('violated')}${counterexampleLength === null ? '' : ` in ${counterexampleLength} states`}`;
}

/** One run in detail: what it was about, what went wrong and how. */
export function modelReport(run: ModelRun, describe: string, colours: Colors, columns: number): string {
  const width = Math.min(columns, 110);
  const seconds = duration(run.wallMs);
  const lines = [
    `${colours.bold(run.model)} ${told(run.params)}`,
    colours.dim(wrap(describe, width)),
    `${count(run.distinctStates)} states, ${count(run.generatedStates)} steps, ${run.depth} levels in ${seconds} (${count(run.statesPerSecond)} states/s)`,
    'States are stored whole, not as fingerprints: the probability that two were taken for one is 0.',
    ...(run.finished
      ? []
      : [
          colours.yellow(`Not finished: the budget of states is used up. What was not violated in this part is not known to hold; --states raises the budget.`),
        ]),
    ...run.neverTaken.map((action) => `${action} was never possible with these parameters`),
    ...run.warnings.map((warning) => colours.yellow(`Warning: ${warning}`)),
    ...run.properties.map((property) => `${property.kind}: ${verdict(property, colours)}`),
  ];
  const violated = run.properties.flatMap((property) =>
    property.counterexample === null ? [] : [counterexampleTable(property, property.counterexample, colours)],
  );
  return [...lines, ...violated, ''].join('\n');
}

/** Step by step what changed; the first line tells all that is not at its first value. */
function counterexampleTable(property: PropertyResult, { steps, backTo, backBy }: Counterexample, colours: Colors): string {
  const rows = steps.map(({ action, state }, index) => {
    const before = index === 0 ? undefined : steps[index - 1]?.state;
    return [
      String(index + 1),
      action ?? 'initial state',
      before === undefined
        ? spelledOut('', state)
            .map(([path, value]) => `${path}=${value}`)
            .join(' ')
        : changes(before, state),
    ];
  });
  const last = steps.length - 1;
  const end =
    backTo === null
      ? []
      : [
          backTo === last
            ? 'From here on nothing more happens, and nothing that is asked to be fair could.'
            : `From here by ${backBy ?? '?'} back to step ${backTo + 1}, and so on for ever. No fair action is passed over.`,
        ];
  const title = `${colours.bold(property.instance ?? property.name)} is violated:`;
  return [
    title,
    table(
      ['', 'step', 'what changed'],
      rows.map(([number = '', step = '', what = '']) => [number, step, wrap(what, 100)]),
    ),
    ...end,
  ].join('\n');
}

function changes(before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>): string {
  const old = new Map(spelledOut('', before));
  const changed = spelledOut('', after).flatMap(([path, value]) => (old.get(path) === value ? [] : [`${path}: ${old.get(path) ?? ''} -> ${value}`]));
  return changed.length === 0 ? 'nothing' : changed.join(', ');
}

/** `pc[1]` and its value, for all variables. Index 0 of a list is nobody's. */
function spelledOut(path: string, value: unknown): (readonly [path: string, value: string])[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => (index === 0 ? [] : spelledOut(`${path}[${index}]`, item)));
  if (typeof value === 'object' && value !== null) return Object.entries(value).flatMap(([name, item]) => spelledOut(name, item));
  return [[path, String(value)]];
}

/** `C=3 TTL=3 FENCED=true`. */
export const told = (params: ModelRun['params']): string =>
  Object.entries(params)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(' ');
