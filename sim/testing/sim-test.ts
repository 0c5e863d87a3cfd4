import type { SimulateOptions } from '../simulate/options.js';
import type { SimulationBody } from '../simulate/simulated-run.js';
import { UserInputError } from '../user-input-error.js';

/** As those of `simulate`. Its name is that of the test. */
export type SimTestOptions = Omit<SimulateOptions, 'name'>;

/** Declares a test whose body runs in simulated worlds, one a seed. */
export interface SimTest {
  (name: string, body: SimulationBody): void;
  (name: string, options: SimTestOptions, body: SimulationBody): void;
}

/** What a test runner has: the test itself, and its ways to leave tests out. */
export interface SimTestWithModifiers extends SimTest {
  readonly skip: SimTest;
  readonly only: SimTest;
  /** A test yet to be written. */
  readonly todo: (name: string) => void;
}

/** Makes a `SimTest` of what declares a test to a runner. */
export function simTestBy(declare: (name: string, options: SimTestOptions, body: SimulationBody) => void): SimTest {
  return (name: string, ...rest: readonly [SimulationBody] | readonly [SimTestOptions, SimulationBody]): void => {
    const [options, body] = rest.length === 1 ? [{}, rest[0]] : rest;
    if (typeof name !== 'string' || name === '') throw new UserInputError('simTest takes a name first: simTest(name, options?, async (world) => { ... })');
    if (typeof body !== 'function') throw new UserInputError(`simTest ${JSON.stringify(name)} has no body: end it with async (world) => { ... }`);
    if ('name' in options) throw new UserInputError(`simTest ${JSON.stringify(name)}: leave out the option "name": a failure is called as the test is`);
    declare(name, options, body);
  };
}
