import { mockExceptions } from './mock-exceptions.js';
import { portFamilies } from './port-families.js';
import { familySteps, labelsOf, type PortFamily } from './port-family.js';
import type { PortStep } from './port-step.js';
import { pick, type Draw } from './step.js';
import type { Pool } from './template.js';
import { wellFormedCommands } from './well-formed-commands.js';

const from =
  (...items: readonly string[]) =>
  (draw: Draw): string =>
    pick(draw, items);

/** Text and numbers that JavaScript and Redis see alike: see the exceptions. */
const harmless: Readonly<Record<string, Pool>> = {
  text: from('plain', 'ü', '日本語', '😀', 'a b', '\r\n$3\r\nfoo\r\n'),
  integer: from('1', '7', '-1'),
  badToken: from('x'),
  end: from('@short-at', '@long-at'),
};

/** The families of which something is left when all exceptions are left out. */
export const mockFamilies: readonly PortFamily[] = [wellFormedCommands, ...portFamilies]
  .filter(({ name }) => !['transactions', 'random Lua', 'expiry in seconds'].includes(name))
  .map((family) => (family === wellFormedCommands ? family : { ...family, pools: { ...family.pools, ...harmless } }));

const isLeftOut = (template: string): boolean => mockExceptions.some(({ leavesOut }) => leavesOut?.test(template) === true);

/** A random sequence of what ioredis-mock is said to do as Redis does. */
export function mockSteps(family: PortFamily, draw: Draw, length: number): PortStep[] {
  return familySteps(family, draw, length, isLeftOut);
}

/** What such sequences should hit, sooner or later. */
export function mockLabels(family: PortFamily): string[] {
  return labelsOf(family, isLeftOut);
}

/** A sequence that is given in the words of templates. */
export function stepsOf(texts: readonly string[]): PortStep[] {
  return familySteps({ name: 'exception', sessions: 1, pools: {}, begin: texts, templates: {} }, () => 0, 0);
}
