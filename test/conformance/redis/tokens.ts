import type { RedisReply } from '../../../src/ports/redis.js';

/** Microseconds of a wall clock of our time, which fencing tokens are made of. */
const TOKEN = /\b1[789]\d{14}\b/g;

/**
 * Fencing tokens differ from server to server. In replies the first that was seen is called `@token-1`, the next `@token-2`, and so on; in
 * arguments the same names stand for them. A name that nothing has is sent as it is.
 */
export class Tokens {
  readonly #names = new Map<string, string>();
  readonly #tokens = new Map<string, string>();

  named(reply: RedisReply): RedisReply {
    if (typeof reply === 'string') return reply.replace(TOKEN, (token) => this.#name(token));
    if (Array.isArray(reply)) return (reply as readonly RedisReply[]).map((item) => this.named(item));
    return reply;
  }

  resolve(arg: string): string {
    return this.#tokens.get(arg) ?? arg;
  }

  #name(token: string): string {
    let name = this.#names.get(token);
    if (name === undefined) {
      name = `@token-${this.#names.size + 1}`;
      this.#names.set(token, name);
      this.#tokens.set(name, token);
    }
    return name;
  }
}
