import { UserInputError } from '../user-input-error.js';

/** The back ends that `chaos` can start, each with the lock that is tried there unless another is named. */
export const chaosBackends: ReadonlyMap<string, { readonly lock: string }> = new Map([['redis', { lock: 'redis' }]]);

/** Throws a `UserInputError` for a name that is none, and for no name at all. */
export function checkBackends(names: readonly string[]): void {
  const known = [...chaosBackends.keys()].join(', ');
  if (names.length === 0) throw new UserInputError(`chaos needs a back end: there is ${known}`);
  const stranger = names.find((name) => !chaosBackends.has(name));
  if (stranger !== undefined) throw new UserInputError(`there is no back end ${JSON.stringify(stranger)}: chaos can start ${known}`);
}
