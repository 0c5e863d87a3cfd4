import { closeStep, commandStep, sleepStep, subscribeStep, unsubscribeStep, type PortStep } from './port-step.js';
import { scriptStep } from './script-steps.js';
import { pick, type Comparison, type Draw, type Step } from './step.js';
import { fill, parseTemplate, type Pool } from './template.js';

/**
 * A kind of sequence that shows one side of the port. Its templates are those of commands, and of what else a port can do: `@close`,
 * `@subscribe {channel}`, `@unsubscribe`, `@sleep`, and scripts (see `script-steps.ts`). One that stands twice is drawn twice as often.
 */
export interface PortFamily {
  readonly name: string;
  /** How many sessions take part, the port itself being the first; how many subscriptions, where there are any. */
  readonly sessions: number;
  readonly pools: Readonly<Record<string, Pool>>;
  /** What each sequence begins with. */
  readonly begin?: readonly string[];
  readonly templates: Partial<Readonly<Record<Comparison, readonly string[]>>>;
}

/** A random sequence of a family; the same draws make the same one. `without` leaves out templates. */
export function familySteps(family: PortFamily, draw: Draw, length: number, without: (template: string) => boolean = () => false): PortStep[] {
  const candidates = templatesOf(family).filter(({ text }) => !without(text));
  const steps = (family.begin ?? []).map((text) => stepOf(family, text, 'exact', 0, draw));
  while (steps.length < length) {
    const { text, comparison } = pick(draw, candidates);
    steps.push(stepOf(family, text, comparison, draw(family.sessions), draw));
  }
  return steps;
}

function templatesOf({ templates }: PortFamily): { readonly text: string; readonly comparison: Comparison }[] {
  return Object.entries(templates).flatMap(([comparison, texts]) => texts.map((text) => ({ text, comparison: comparison as Comparison })));
}

/** What the sequences of a family should hit, sooner or later. */
export function labelsOf(family: PortFamily, without: (template: string) => boolean = () => false): string[] {
  const texts = templatesOf(family)
    .map(({ text }) => text)
    .filter((text) => !without(text));
  return [...new Set(texts.flatMap((text) => labels(family, parseTemplate(text))))];
}

function labels({ name }: PortFamily, { command, options }: { readonly command: string; readonly options: readonly string[] }): string[] {
  return [command, ...options.map((option) => `${command} ${option}`)].map((label) => `${name}: ${label}`);
}

function stepOf(family: PortFamily, text: string, comparison: Comparison, session: number, draw: Draw): PortStep {
  const template = parseTemplate(text);
  const { args, options } = fill(template, family.pools, draw);
  const names = labels(family, { command: template.command, options });
  return { ...actionOf({ args, session, comparison, labels: names }, draw), labels: names, template: text };
}

function actionOf(step: Step, draw: Draw): PortStep {
  const [name = '', ...rest] = step.args;
  switch (name) {
    case '@close':
      return closeStep(step.session);
    case '@sleep':
      return sleepStep;
    case '@subscribe':
      return subscribeStep(step.session, rest[0] ?? '');
    case '@unsubscribe':
      return unsubscribeStep(step.session);
    default:
      return name.startsWith('@') ? scriptStep(name.slice(1), { ...step, args: rest }, draw) : commandStep(step);
  }
}
