import type { FaultKind } from '../../src/locks/envelope.js';
import type { Episode } from '../nemesis/fault.js';
import { faultKinds } from '../nemesis/faults.js';
import { UserInputError } from '../user-input-error.js';
import { episodesShape } from './plan.js';
import type { SimulateOptions } from './options.js';

/** What a well-run deployment must expect: messages and processes suffer, what was acknowledged is kept, clocks are right. */
export const usualFaults: readonly FaultKind[] = [
  'delay',
  'stall',
  'reset',
  'reply-lost',
  'one-way-partition',
  'partial-partition',
  'pause',
  'crash',
  'restart',
];

/** The options, checked and complete. */
export interface Settings {
  readonly name: string;
  readonly seed: number;
  readonly seeds: number;
  readonly timeMs: number;
  readonly faults: readonly FaultKind[];
  /** Whether the kinds were asked for one by one: then each must have something to hit. */
  readonly faultsByName: boolean;
  readonly plan: readonly Episode[] | null;
  /** Null: as long as the calm run takes. */
  readonly horizonMs: number | null;
  readonly patienceMs: number;
  readonly lateness: boolean;
  readonly stuckMs: number;
  readonly events: number;
  readonly replay: string | null;
}

const names: readonly (keyof SimulateOptions)[] = [
  ...(['name', 'seed', 'seeds', 'timeMs', 'faults', 'plan', 'horizonMs', 'patienceMs', 'lateness', 'stuckMs', 'events', 'replay'] as const),
];

const MOST_SEEDS = 1_000_000_000;

/** A week, in milliseconds: longer than anybody waits, and well inside what timers can count. */
const LONGEST_MS = 604_800_000;

/** Throws a `UserInputError` that names the first thing wrong. */
export function settingsOf(options: SimulateOptions): Settings {
  requireOptions('simulate', options, names);
  const { faults = 'usual', plan, horizonMs } = options;
  if (options.name !== undefined && typeof options.name !== 'string') throw new UserInputError(`name must be a text, got ${shown(options.name)}`);
  if (options.replay !== undefined && typeof options.replay !== 'string') throw new UserInputError(`replay must be a token, got ${shown(options.replay)}`);
  return {
    name: options.name ?? 'simulation',
    seed: whole('seed', options.seed ?? 1, 0, Number.MAX_SAFE_INTEGER - MOST_SEEDS),
    seeds: whole('seeds', options.seeds ?? 100, 1, MOST_SEEDS),
    timeMs: whole('timeMs', options.timeMs ?? 5_000, 0, LONGEST_MS),
    faults: plan === undefined ? faultsOf(faults) : [],
    faultsByName: Array.isArray(faults),
    plan: plan === undefined ? null : planOf(plan),
    horizonMs: horizonMs === undefined ? null : whole('horizonMs', horizonMs, 1, LONGEST_MS),
    patienceMs: whole('patienceMs', options.patienceMs ?? 60_000, 1, LONGEST_MS),
    lateness: flag('lateness', options.lateness ?? true),
    stuckMs: whole('stuckMs', options.stuckMs ?? 5_000, 1, LONGEST_MS),
    events: whole('events', options.events ?? 400_000, 1, 1_000_000_000),
    replay: options.replay ?? null,
  };
}

function faultsOf(faults: NonNullable<SimulateOptions['faults']>): readonly FaultKind[] {
  if (faults === 'usual') return usualFaults;
  if (faults === 'none') return [];
  if (!Array.isArray(faults)) throw new UserInputError(`faults must be 'usual', 'none' or a list of ${faultKinds.join(', ')}, got ${shown(faults)}`);
  for (const kind of faults as readonly FaultKind[]) {
    if (!faultKinds.includes(kind)) throw new UserInputError(`there is no fault ${shown(kind)}; there is ${faultKinds.join(', ')}`);
  }
  return [...new Set(faults as readonly FaultKind[])];
}

function planOf(plan: unknown): readonly Episode[] {
  const result = episodesShape.safeParse(plan);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new UserInputError(
    `plan must be a list of { kind, atMs, forMs, target, strength }: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'wrong shape'}`,
  );
}

function whole(name: string, value: unknown, min: number, max: number): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max) return value;
  throw new UserInputError(`${name} must be a whole number from ${min} to ${max}, got ${shown(value)}`);
}

/** Throws a `UserInputError` unless `value` is a function. */
export function requireFunction(name: string, value: unknown): void {
  const last = name.match(/(\w+)\)$/)?.[1] ?? name;
  if (typeof value !== 'function') throw new UserInputError(`${name}: ${last} must be a function, got ${shown(value)}`);
}

/** Throws a `UserInputError` unless `options` is an object that has no other fields: a misspelt one would be ignored. */
export function requireOptions(name: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) throw new UserInputError(`the options of ${name} are an object, got ${shown(options)}`);
  const stranger = Object.keys(options).find((field) => !known.includes(field));
  if (stranger !== undefined) throw new UserInputError(`${name} has no option ${shown(stranger)}; it has ${known.join(', ')}`);
}

export function flag(name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new UserInputError(`${name} must be true or false, got ${shown(value)}`);
}

/** What somebody gave, short and on one line whatever it was. */
export function shown(value: unknown): string {
  const text =
    typeof value === 'bigint'
      ? `${value}n`
      : typeof value === 'string' || (typeof value === 'object' && value !== null)
        ? JSON.stringify(value)
        : String(value);
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
