import { ESLint } from 'eslint';
import { expect, test } from 'vitest';

/** The bans of `eslint.config.js`, each with code that it must refuse in the place of an existing file. */
const refused: readonly (readonly [code: string, path: string, complaint: string])[] = [
  ['export const f = (): number => Date.now();', 'src/base/time.ts', 'Clock port'],
  ['export const f = (): Date => new Date();', 'src/locks/envelope.ts', 'Clock port'],
  ['export const f = (): number => performance.now();', 'src/base/time.ts', 'Clock port'],
  ['export const f = (): unknown => setTimeout(f, 1);', 'src/base/time.ts', 'Clock.setTimer'],
  ['export const f = (): unknown => setInterval(f, 1);', 'src/base/time.ts', 'Clock.setTimer'],
  ['export const f = (): unknown => setImmediate(f);', 'src/base/time.ts', 'Clock.setTimer'],
  ['export const f = (): AbortSignal => AbortSignal.timeout(1);', 'src/base/time.ts', 'Clock.setTimer'],
  ['export const f = (): void => queueMicrotask(f);', 'src/base/time.ts', 'Await a promise'],
  ['export const f = (): void => process.nextTick(f);', 'src/base/time.ts', 'Await a promise'],
  ['export const f = (): number => Math.random();', 'src/base/time.ts', 'Random port'],
  ['export const f = (): string => crypto.randomUUID();', 'src/base/time.ts', 'Random port'],
  ['export const f = (): unknown => fetch("http://localhost");', 'src/base/time.ts', 'port in src/ports'],
  ['export { readFile } from "node:fs";', 'src/base/time.ts', 'src imports its own files only'],
  ['export { isIP } from "net";', 'src/base/time.ts', 'src imports its own files only'],
  ['export const f = (): unknown => globalThis;', 'src/base/time.ts', 'Name the global itself'],
  ['export let last = 0;\nlast = 1;', 'src/base/time.ts', 'No mutable module state'],
  ['export class A { static last = 0; }', 'src/base/time.ts', 'No mutable module state'],
  ['export const f = (): number => Date.now();', 'sim/define-lock.ts', 'Clock port'],
  ['export const f = (): number => Math.random();', 'models/history.ts', 'Random port'],
  ['export { randomInt } from "node:crypto";', 'sim/define-lock.ts', 'Random port'],
  ['import * as all from "node:crypto";\nexport const f = all.randomInt;', 'sim/define-lock.ts', 'Random port'],
  ['export { setTimeout } from "node:timers/promises";', 'properties/property.ts', 'Clock.setTimer'],
  ['export const f = (p: Promise<void>): void => { p; };', 'sim/load-module.ts', 'Promises must be awaited'],
  ['export const f = (p: Promise<boolean>): number => (p ? 1 : 2);', 'sim/load-module.ts', 'Expected non-Promise value'],
];

const allowed: readonly (readonly [code: string, path: string])[] = [
  ['export { createHash } from "node:crypto";', 'sim/define-lock.ts'],
  ['export const f = (): string => new AbortController().signal.constructor.name;', 'src/base/time.ts'],
  ['export const f = (): void => console.log(process.argv);', 'sim/load-module.ts'],
];

const eslint = new ESLint();
const lint = async (code: string, filePath: string): Promise<string[]> => {
  const [result] = await eslint.lintText(`${code}\n`, { filePath });
  return result?.messages.map(({ message }) => message) ?? [];
};

test.each(refused)('lint refuses %s in %s', async (code, path, complaint) => {
  expect(await lint(code, path)).toContainEqual(expect.stringContaining(complaint));
});

test.each(allowed)('lint accepts %s in %s', async (code, path) => {
  expect(await lint(code, path)).toEqual([]);
});
