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
  return Object.assign(new Error(`${syscall} ${code}${detail}`), { errno: errorNumber(code), code, syscall, ...more });
}
