import { OptionsError } from './options-error.js';

/** Gives `value` back when it is a whole number from `min` to `max`. Throws an OptionsError that names the option when it is not. */
export function wholeNumber(name: string, value: unknown, min: number, max = Number.MAX_SAFE_INTEGER): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max) return value;
  const range = max === Number.MAX_SAFE_INTEGER ? `${min} or more` : `from ${min} to ${max}`;
  throw new OptionsError(`${name} must be a whole number, ${range}; got ${shown(value)}`);
}

/** Gives `value` back when it is text that can name something: not empty, no control characters, at most 1024 characters. */
export function nameText(name: string, value: unknown): string {
  if (typeof value === 'string' && value !== '' && value.length <= 1024 && !/\p{Cc}/u.test(value)) return value;
  throw new OptionsError(`${name} must be text of 1 to 1024 characters without control characters; got ${shown(value)}`);
}

function shown(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`;
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
