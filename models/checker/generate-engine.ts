import { pathOf, type Cell, type Domain, type Id } from './shape.js';
import type { Layout, Slot } from './layout.js';
import type { Renaming } from './permutations.js';

/** What the text of an engine is made for. */
export interface EngineText {
  readonly layout: Layout;
  /** For each instance of an action: its arguments, and whether it has a guard. */
  readonly instances: readonly { readonly args: readonly Id[]; readonly guarded: boolean }[];
  readonly invariants: number;
  /** Under symmetry: the renamings of which the least packed state stands for all. */
  readonly renamings: readonly Renaming[];
  /** How many engines share the states, and which of them this one is. */
  readonly share: { readonly me: number; readonly of: number };
}

/**
 * Writes the inner loop of a checker for one shape. Scratch states are objects that look like what the model's functions
 * expect, and whose hidden class never changes; packing, unpacking, copying and the hash table are spelled out variable by
 * variable, so that the compiler sees constants only.
 */
export function generateEngine(text: EngineText): string {
  const { layout, instances, invariants, share } = text;
  const names = words(layout);
  const list = (letter: string): string => names(letter).join(', ');
  const loads = names('w').map((name, word) => `const ${name} = buffer[at + ${word}];`);
  return `"use strict";
${instances.map((_, i) => `const when${i} = model.when[${i}], then${i} = model.then[${i}];`).join('\n')}
${range(invariants)
  .map((i) => `const holds${i} = model.invariants[${i}];`)
  .join('\n')}
${layout.slots
  .map((slot, i) => (slot.cell.domain.kind === 'choice' ? `const names${i} = model.names[${i}];` : ''))
  .filter(Boolean)
  .join('\n')}
const s = ${scratch(layout)};
const t = ${scratch(layout)};
let ${names('p').join(', ')};
let capacity = 1024, count = 0;
let states = new Int32Array(capacity * ${layout.words});
let parents = new Int32Array(capacity);
let mask = 4095;
let table = new Int32Array(mask + 1);
const taken = new Float64Array(${Math.max(1, instances.length)});
const firstBroken = new Int32Array(${Math.max(1, invariants)}).fill(-1);
let firstStuck = -1;
let current = -1;
// Until the work is shared out, all states are at home here.
let homes = 1;
const full = ${share.of > 1 ? 'model.outboxes.map(() => 0)' : '[]'};
const outboxes = model.outboxes;

function bad(slot, value) { return model.outOfRange(slot, value, current); }
${unpack(layout, names)}
${copy(layout)}
${pack(text, names)}
${hash(names)}
${table(layout, share, names)}
function expand(index) {
  unpack(${names('')
    .map((_, word) => `states[index * ${layout.words} + ${word}]`)
    .join(', ')});
${range(invariants)
  .map((i) => `  if (firstBroken[${i}] === -1 && !holds${i}(s)) firstBroken[${i}] = index;`)
  .join('\n')}
  let n = 0;
${instances
  .map(
    ({ args, guarded }, i) => `  current = ${i};
  ${guarded ? `if (when${i}(${['s', ...args].join(', ')})) ` : ''}{ copy(); then${i}(${['t', ...args].join(', ')}); emit(index); taken[${i}] += 1; n += 1; }`,
  )
  .join('\n')}
  current = -1;
  if (n === 0 && firstStuck === -1) firstStuck = index;
  return n;
}
function successors(buffer, at, out, labels) {
  ${loads.join(' ')}
  unpack(${list('w')});
  let n = 0;
${instances
  .map(
    ({ args, guarded }, i) => `  current = ${i};
  ${guarded ? `if (when${i}(${['s', ...args].join(', ')})) ` : ''}{ copy(); then${i}(${['t', ...args].join(', ')}); pack(); ${names('p')
    .map((name, word) => `out[n * ${layout.words} + ${word}] = ${name};`)
    .join(' ')} labels[n] = ${i}; n += 1; }`,
  )
  .join('\n')}
  current = -1;
  return n;
}
return {
  s, t, expand, successors, taken, firstBroken, full,
  firstStuck: () => firstStuck,
  shareOut() { homes = ${share.of}; },
  count: () => count,
  states: () => states,
  parents: () => parents,
  bytes: () => states.byteLength + parents.byteLength + table.byteLength,
  unpack(buffer, at) { ${loads.join(' ')} unpack(${list('w')}); return s; },
  pack(buffer, at) { pack(); ${store(names)} },
  canonical(buffer, at) { ${loads.join(' ')} unpack(${list('w')}); copy(); canonical(); ${store(names)} },
  home(buffer, at) { ${loads.join(' ')} return homeOf(hash(${list('w')})); },
  find(buffer, at) { ${loads.join(' ')} return find(${list('w')}); },
  add(buffer, at, parent) { ${loads.join(' ')} return add(hash(${list('w')}), ${list('w')}, parent); },
};`;
}

type Names = (letter: string) => string[];

const words =
  (layout: Layout): Names =>
  (letter) =>
    range(layout.words).map((word) => `${letter}${word}`);

const range = (length: number): number[] => Array.from({ length }, (_, index) => index);

const store = (names: Names): string =>
  names('p')
    .map((name, word) => `buffer[at + ${word}] = ${name};`)
    .join(' ');

/** `{ owner: 0, pc: ['idle', 'idle', 'idle'] }`: index 0 of an array is never used, but makes all of one kind. */
function scratch({ slots }: Layout): string {
  const fields = new Map<string, unknown>();
  for (const { cell } of slots) fields.set(cell.field, nested(fields.get(cell.field), cell.indices, first(cell.domain)));
  return `{ ${[...fields].map(([name, value]) => `${name}: ${JSON.stringify(value)}`).join(', ')} }`;
}

function nested(value: unknown, [index, ...rest]: readonly Id[], leaf: unknown): unknown {
  if (index === undefined) return leaf;
  const list = (value as unknown[] | undefined) ?? [nested(undefined, rest, leaf)];
  list[index] = nested(list[index], rest, leaf);
  return list;
}

function first(domain: Domain): number | string | boolean {
  return domain.kind === 'choice' ? (domain.names[0] ?? '') : domain.kind === 'flag' ? false : 0;
}

function unpack({ slots }: Layout, names: Names): string {
  const lines = slots.map((slot, index) => {
    const code = slot.bits === 0 ? '0' : slot.bits === 32 ? `w${slot.word}` : `(w${slot.word} >>> ${slot.shift}) & ${2 ** slot.bits - 1}`;
    return `  s.${pathOf(slot.cell)} = ${fromCode(slot, index, code)};`;
  });
  return `function unpack(${names('w').join(', ')}) {\n${lines.join('\n')}\n}`;
}

function fromCode({ cell: { domain } }: Slot, index: number, code: string): string {
  switch (domain.kind) {
    case 'choice':
      return `names${index}[${code}]`;
    case 'flag':
      return `(${code}) === 1`;
    case 'range':
      return domain.min === 0 ? code : `(${code}) + ${domain.min}`;
    case 'id':
      return code;
  }
}

const copy = ({ slots }: Layout): string => `function copy() {\n${slots.map(({ cell }) => `  t.${pathOf(cell)} = s.${pathOf(cell)};`).join('\n')}\n}`;

/** `pack()` puts `t` into p0, p1...; `canonical()` puts the least of all its renamings there. */
function pack({ layout, renamings }: EngineText, names: Names): string {
  const codes = layout.slots.map(
    (slot, index) => `  const c${index} = ${toCode(slot)};\n  if (${outside(slot, `c${index}`)}) bad(${index}, t.${pathOf(slot.cell)});`,
  );
  const slotAt = new Map(layout.slots.map(({ cell }, index) => [pathOf(cell), index]));
  const plain = names('p').map((name, word) => `${name} = ${assignment(layout, word, ({ cell }) => `c${slotAt.get(pathOf(cell)) ?? 0}`)};`);
  const renamed = renamings.map((renaming, number) => {
    const back = new Map([...renaming].map(([set, to]) => [set, inverse(to)]));
    const code = ({ cell }: Slot): string => {
      const source = slotAt.get(pathOf({ field: cell.field, indices: originOf(cell, back) })) ?? 0;
      const to = cell.domain.kind === 'id' ? renaming.get(cell.domain.of) : undefined;
      return to === undefined ? `c${source}` : `renamed${number}_${[...renaming.keys()].indexOf((cell.domain as { of: readonly Id[] }).of)}[c${source}]`;
    };
    return `  ${range(layout.words)
      .map((word) => `const q${number}_${word} = ${assignment(layout, word, code)};`)
      .join(' ')}
  if (${less(names, number)}) { ${names('')
    .map((word) => `p${word} = q${number}_${word};`)
    .join(' ')} }`;
  });
  const tables = renamings.flatMap((renaming, number) => [...renaming.values()].map((to, set) => `const renamed${number}_${set} = ${JSON.stringify(to)};`));
  const body = `${codes.join('\n')}\n  ${plain.join(' ')}`;
  return `${tables.join('\n')}
function pack() {
${body}
}
function canonical() {
${body}
${renamed.join('\n')}
}`;
}

function assignment(layout: Layout, word: number, code: (slot: Slot) => string): string {
  const parts = layout.slots.flatMap((slot) => (slot.word === word && slot.bits > 0 ? [shifted(code(slot), slot.shift)] : []));
  return parts.length === 0 ? '0' : parts.join(' | ');
}

const shifted = (code: string, shift: number): string => (shift === 0 ? code : `(${code} << ${shift})`);

const originOf = (cell: Cell, back: Renaming): Id[] =>
  cell.indices.map((index, place) => (cell.sets[place] === undefined ? index : ((back.get(cell.sets[place])?.[index] ?? index) as Id)));

function inverse(to: readonly (Id | 0)[]): (Id | 0)[] {
  const from: (Id | 0)[] = [];
  to.forEach((target, source) => (from[target] = source as Id | 0));
  return from;
}

function less(names: Names, number: number): string {
  return names('').reduceRight((rest, word) => `(q${number}_${word} < p${word} || (q${number}_${word} === p${word} && ${rest}))`, 'false');
}

function toCode({ cell }: Slot): string {
  const value = `t.${pathOf(cell)}`;
  switch (cell.domain.kind) {
    case 'choice':
      return cell.domain.names.reduceRight((rest, name, code) => `${value} === ${JSON.stringify(name)} ? ${code} : ${rest}`, '-1');
    case 'flag':
      return `${value} === true ? 1 : ${value} === false ? 0 : -1`;
    case 'range':
      return cell.domain.min === 0 ? value : `${value} - ${cell.domain.min}`;
    case 'id':
      return value;
  }
}

function outside({ cell: { domain }, size }: Slot, code: string): string {
  if (domain.kind === 'choice' || domain.kind === 'flag') return `${code} === -1`;
  return `(${code} | 0) !== ${code} || ${code} < 0 || ${code} > ${size - 1}`;
}

const hash = (names: Names): string => `function hash(${names('w').join(', ')}) {
  let h = 0;
${names('w')
  .map((name) => `  h = Math.imul(h ^ ${name}, 0x9e3779b1); h ^= h >>> 15;`)
  .join('\n')}
  h = Math.imul(h, 0x85ebca6b); h ^= h >>> 13; h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}
// Other bits than those that say where in a table.
function homeOf(h) { return ((h >>> 16) * homes) >>> 16; }`;

function table({ words: length }: Layout, { me, of }: EngineText['share'], names: Names): string {
  const list = (letter: string): string => names(letter).join(', ');
  const same = names('w')
    .map((name, word) => `states[at + ${word}] === ${name}`)
    .join(' && ');
  const stored = names('w')
    .map((name, word) => `states[count * ${length} + ${word}] = ${name};`)
    .join(' ');
  const elsewhere = `  const home = homes === 1 ? ${me} : homeOf(h);
  if (home !== ${me}) {
    const outbox = outboxes[home], at = full[home];
    ${names('p')
      .map((name, word) => `outbox[at + ${word}] = ${name};`)
      .join(' ')}
    outbox[at + ${length}] = index * ${of} + ${me};
    full[home] = at + ${length + 1};
    return;
  }
`;
  return `function emit(index) {
  canonical();
  const h = hash(${list('p')});
${of > 1 ? elsewhere : ''}  add(h, ${list('p')}, index * ${of} + ${me});
}
function find(${list('w')}) {
  let slot = hash(${list('w')}) & mask;
  for (let entry = table[slot]; entry !== 0; entry = table[slot]) {
    const at = (entry - 1) * ${length};
    if (${same}) return entry - 1;
    slot = (slot + 1) & mask;
  }
  return -1;
}
function add(h, ${list('w')}, parent) {
  let slot = h & mask;
  for (let entry = table[slot]; entry !== 0; entry = table[slot]) {
    const at = (entry - 1) * ${length};
    if (${same}) return entry - 1;
    slot = (slot + 1) & mask;
  }
  if (count === capacity) growStates();
  ${stored}
  parents[count] = parent;
  count += 1;
  table[slot] = count;
  if (count * 2 > mask) growTable();
  return count - 1;
}
function growStates() {
  capacity = Math.ceil(capacity * 1.5);
  const moreStates = new Int32Array(capacity * ${length}); moreStates.set(states); states = moreStates;
  const moreParents = new Int32Array(capacity); moreParents.set(parents); parents = moreParents;
}
function growTable() {
  mask = mask * 2 + 1;
  table = new Int32Array(mask + 1);
  for (let index = 0; index < count; index += 1) {
    const at = index * ${length};
    let slot = hash(${names('')
      .map((_, word) => `states[at + ${word}]`)
      .join(', ')}) & mask;
    while (table[slot] !== 0) slot = (slot + 1) & mask;
    table[slot] = index + 1;
  }
}`;
}
