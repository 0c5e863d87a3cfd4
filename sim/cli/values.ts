import type { FaultKind } from '../../src/locks/envelope.js';
import { looksLikePath } from '../explore/load-plugins.js';
import { faultKinds } from '../nemesis/faults.js';
import { UserInputError } from '../user-input-error.js';
import { didYouMean } from './nearest.js';

/** The values of options: text in, value out, or a `UserInputError` whose one line says what would be right. */

export function wholeNumber(option: string, text: string, { min, max }: { readonly min: number; readonly max: number }): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value >= min && value <= max) return value;
  throw new UserInputError(`${option} must be a whole number from ${min} to ${max}, got ${quote(text)}`);
}

/** A week: longer than anybody waits, and well inside what timers can count. */
const LONGEST_SECONDS = 604_800;

/** Seconds, with a fraction if need be, as milliseconds. */
export function seconds(option: string, text: string, least = 0.001): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= LONGEST_SECONDS) return Math.round(value * 1_000);
  throw new UserInputError(`${option} must be a number of seconds from ${least} to ${LONGEST_SECONDS}, got ${quote(text)}`);
}

export interface Shard {
  readonly index: number;
  readonly of: number;
}

export function shard(option: string, text: string): Shard {
  const [, index = '', of = ''] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const value = { index: Number(index), of: Number(of) };
  if (index === '' || !Number.isSafeInteger(value.of) || value.of < 1) {
    throw new UserInputError(`${option} must be i/n, for example 1/4 for the first of four, got ${quote(text)}`);
  }
  if (value.index >= 1 && value.index <= value.of) return value;
  throw new UserInputError(`${option} ${text} is out of range: with ${value.of} in all, the first number is from 1 to ${value.of}`);
}

export function faultSelection(option: string, text: string): 'all' | 'none' | readonly FaultKind[] {
  if (text === 'all' || text === 'none') return text;
  const names = list(text);
  const mixed = names.find((name) => name === 'all' || name === 'none');
  if (mixed !== undefined) throw new UserInputError(`${option} takes ${mixed} alone or a list of faults, not both, got ${quote(text)}`);
  return names.map((name) => oneOf('fault', name, faultKinds, ', all or none')).filter(once(`${option} names`));
}

/** `--backend a,b`. */
export function backends(option: string, text: string, known: readonly string[]): string[] {
  return list(text)
    .map((name) => oneOf('back end', name, known))
    .filter(once(`${option} names`));
}

/** A lock or a workload: a name of ours, or a path, which nobody can mistake for a name. */
export function nameOrPath(what: 'lock' | 'workload', text: string, known: readonly string[]): string {
  return looksLikePath(text) ? text : oneOf(what, text, known, `, or the path of a module (${what === 'lock' ? './my-lock.ts' : './my-workload.ts'})`);
}

/** What `serve` can serve. */
export const servers = ['redis', 'postgres'] as const;
export type ServerName = (typeof servers)[number];

export function server(text: string): ServerName {
  return oneOf('server', text, servers);
}

/** The stores that have a schema to print. */
export const schemaStores = ['postgres'] as const;

export function schemaStore(text: string): (typeof schemaStores)[number] {
  return oneOf('schema', text, schemaStores);
}

function oneOf<Name extends string>(what: string, text: string, known: readonly Name[], alsoRight = ''): Name {
  const found = known.find((name) => name === text);
  if (found !== undefined) return found;
  throw new UserInputError(`there is no ${what} ${quote(text)}${didYouMean(text, known)}; there is ${known.join(', ')}${alsoRight}`);
}

const list = (text: string): string[] => text.split(',').map((name) => name.trim());

const once =
  (complaint: string) =>
  (name: string, index: number, names: readonly string[]): true => {
    if (names.indexOf(name) === index) return true;
    throw new UserInputError(`${complaint} ${name} twice: once is enough`);
  };

/** What somebody typed, short and on one line whatever it was. */
function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}...` : text);
}
