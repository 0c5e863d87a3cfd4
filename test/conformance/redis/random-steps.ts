import { createHash } from 'node:crypto';
import { commandTemplates } from './command-templates.js';
import { pools } from './pools.js';
import type { Comparison, Draw, Step } from './step.js';
import { pick } from './step.js';
import { fill, parseTemplate, type Template } from './template.js';

interface Weighted {
  readonly template: Template;
  readonly comparison: Comparison;
}

const all: readonly Weighted[] = Object.entries(commandTemplates).flatMap(([comparison, texts]) =>
  texts.map((text) => ({ template: parseTemplate(text), comparison: comparison as Comparison })),
);

export interface StepOptions {
  /** How many connections take part. */
  readonly sessions: number;
  readonly length: number;
  /** Leaves out commands, by name. */
  readonly without?: (command: string) => boolean;
}

/** A random sequence of commands, bad ones among them. The same draws make the same sequence, but for the time in expiries. */
export function randomSteps(draw: Draw, { sessions, length, without = () => false }: StepOptions): Step[] {
  const candidates = all.filter(({ template }) => !without(template.command));
  const steps: Step[] = [];
  const add = (session: number): void => {
    const { template, comparison } = pick(draw, candidates);
    const filled = fill(template, pools, draw);
    const args = spoil(filled.args, draw);
    steps.push({ args, session, comparison, labels: [template.command, ...filled.options.map((option) => `${template.command} ${option}`)] });
    // What was popped at random differs from server to server: let both forget the rest.
    if (template.command === 'SPOP' && args[1] !== undefined) steps.push({ args: ['DEL', args[1]], session, comparison: 'random', labels: ['DEL'] });
    if (template.command === 'SCRIPT LOAD' || template.command === 'EVAL') steps.push(...useOf(args, template.command, session, draw));
  };
  const transactions = sessions > 1 && !['WATCH', 'MULTI', 'EXEC'].some(without);
  while (steps.length < length) {
    if (transactions && draw(40) === 0) addTransaction(steps, draw, sessions, add);
    else add(draw(sessions));
  }
  return steps;
}

/** One session watches a key and queues commands, while others do what they like: by chance alone this would be rare. */
function addTransaction(steps: Step[], draw: Draw, sessions: number, add: (session: number) => void): void {
  const session = draw(sessions);
  const send = (...args: string[]): void => void steps.push({ args, session, comparison: 'exact', labels: [args[0] ?? ''] });
  const key = pools['key']?.(draw) ?? '';
  send('WATCH', key);
  for (let i = draw(3); i > 0; i -= 1) add(draw(sessions));
  if (draw(2) === 0) steps.push({ args: ['DEL', key], session: (session + 1) % sessions, comparison: 'exact', labels: ['DEL'] });
  send('MULTI');
  for (let i = draw(4); i > 0; i -= 1) add(draw(4) === 0 ? draw(sessions) : session);
  send('EXEC');
}

/** Everything that must be hit: commands and their options. */
export const expectedLabels: readonly string[] = [
  ...new Set(all.flatMap(({ template }) => [template.command, ...template.options.map((option) => `${template.command} ${option}`)])),
];

/** Now and then an argument too few or too many. */
function spoil(args: readonly string[], draw: Draw): string[] {
  const kind = draw(40);
  if (kind === 0 && args.length > 1) return args.slice(0, -1);
  if (kind === 1) return [...args, 'surplus'];
  if (kind === 2) return [args[0]?.toLowerCase() ?? '', ...args.slice(1)];
  return [...args];
}

/** A script that was shown to the server, by its digest. */
function useOf(args: readonly string[], command: string, session: number, draw: Draw): Step[] {
  const text = command === 'EVAL' ? args[1] : args[2];
  if (text === undefined || draw(2) === 0) return [];
  const sha = createHash('sha1').update(text, 'latin1').digest('hex');
  const name = pick(draw, ['EVALSHA', 'EVALSHA_RO', 'EVALSHA']);
  const digest = draw(3) === 0 ? sha.toUpperCase() : sha;
  return [{ args: [name, digest, '1', 's1', 'given'], session, comparison: 'exact', labels: [name, `${name} known`] }];
}
