import { getSystemErrorMap } from 'node:util';

const numbers = new Map([...getSystemErrorMap()].map(([number, [code]]) => [code, number]));

/** Node's own word for what the operating system calls otherwise. */
const ALIASES: Readonly<Record<string, string>> = { ENOTFOUND: 'EAI_NONAME' };

/** The number that this platform's Node has for `ECONNREFUSED` and the like: negative, as libuv has it. */
export function errorNumber(code: string): number {
  return numbers.get(ALIASES[code] ?? code) ?? -1;
}

/** An error of the operating system, as Node throws it: `read ECONNRESET`. */
export function systemError(code: string, syscall: string, more: Readonly<Record<string, unknown>> = {}): NodeJS.ErrnoException {
  const detail = typeof more['hostname'] === 'string' ? ` ${more['hostname']}` : '';
  const error = new Error(`${syscall} ${code}${detail}`);
  // Where the operating system calls back there is no code of anybody's.
  error.stack = `Error: ${error.message}`;
  return Object.assign(error, { errno: errorNumber(code), code, syscall, ...more });
}
