import type { Draw } from './step.js';
import { pick } from './step.js';

/**
 * A command with gaps: `SET {string} {value} [EX {seconds}|PX {milliseconds}]? [NX|XX]? [GET]?`. `{name}` is drawn from a pool, `[a|b]` is one of
 * its alternatives, `?` leaves it out half of the time, `*` repeats it one to three times.
 */
export interface Template {
  readonly text: string;
  readonly command: string;
  readonly parts: readonly Part[];
  /** The words that may be chosen inside brackets. */
  readonly options: readonly string[];
}

type Part = { readonly word: string } | { readonly alternatives: readonly (readonly string[])[]; readonly repeat: 'once' | 'maybe' | 'some' };

export interface Filled {
  readonly args: string[];
  readonly options: string[];
}

export type Pool = (draw: Draw) => string;

export function parseTemplate(text: string): Template {
  const parts: Part[] = [];
  for (const [, bracketed, mark, word] of text.matchAll(/\[([^\]]*)\]([?*]?)|(\S+)/g)) {
    if (word !== undefined) parts.push({ word });
    else {
      const alternatives = (bracketed ?? '').split('|').map((alternative) => alternative.trim().split(/\s+/));
      parts.push({ alternatives, repeat: mark === '?' ? 'maybe' : mark === '*' ? 'some' : 'once' });
    }
  }
  const words = parts.flatMap((part) => ('word' in part ? [] : part.alternatives.flat()));
  const command = commandOf(parts.flatMap((part) => ('word' in part ? [part.word] : [])));
  return { text, command, parts, options: [...new Set(words.filter(isOption))] };
}

export function fill(template: Template, pools: Readonly<Record<string, Pool>>, draw: Draw): Filled {
  const args: string[] = [];
  const options: string[] = [];
  const add = (word: string): void => {
    const name = /^\{(\w+)\}$/.exec(word)?.[1];
    if (name === undefined) {
      args.push(word);
      return;
    }
    const pool = pools[name];
    if (pool === undefined) throw new Error(`${template.text}: there is no pool ${name}`);
    args.push(pool(draw));
  };
  for (const part of template.parts) {
    if ('word' in part) {
      add(part.word);
      continue;
    }
    const times = part.repeat === 'once' ? 1 : part.repeat === 'maybe' ? draw(2) : 1 + draw(3);
    for (let i = 0; i < times; i += 1) {
      const chosen = pick(draw, part.alternatives);
      options.push(...chosen.filter(isOption));
      for (const word of chosen) add(word);
    }
  }
  return { args, options };
}

function isOption(word: string): boolean {
  return /^[A-Z]+$/.test(word);
}

/** `GET`, and for the commands that have subcommands `SCRIPT LOAD`. */
function commandOf(words: readonly string[]): string {
  const containers = ['SCRIPT', 'CLIENT', 'CONFIG', 'PUBSUB', 'COMMAND'];
  const [first = '', second = ''] = words;
  return containers.includes(first) ? `${first} ${second}` : first;
}
