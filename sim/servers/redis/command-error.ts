/** An error reply on its way out of a command: thrown by whoever notices, turned into a reply by the engine. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  /** The whole reply line, code first. */
  readonly reply: string;

  constructor(reply: string) {
    super(reply);
    this.reply = reply;
  }
}

export const SYNTAX_ERROR = 'ERR syntax error';
export const NOT_AN_INTEGER = 'ERR value is not an integer or out of range';
export const NOT_A_FLOAT = 'ERR value is not a valid float';
export const WRONG_TYPE = 'WRONGTYPE Operation against a key holding the wrong kind of value';
export const NO_SUCH_KEY = 'ERR no such key';

/** Throws an error reply. */
export function refuse(reply: string): never {
  throw new CommandError(reply);
}
