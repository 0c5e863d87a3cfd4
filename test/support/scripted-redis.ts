import type { RedisOutcome, RedisPort, RedisScript } from '../../src/ports/redis.js';

/** Answers each call with the next outcome of a list, and keeps what it was asked. */
export class ScriptedRedis implements RedisPort {
  readonly asked: { readonly name: string; readonly keys: readonly string[]; readonly args: readonly string[] }[] = [];
  readonly #outcomes: RedisOutcome[];

  constructor(...outcomes: RedisOutcome[]) {
    this.#outcomes = outcomes;
  }

  eval(script: RedisScript, keys: readonly string[], args: readonly string[]): Promise<RedisOutcome> {
    return this.#answer(script.name, keys, args);
  }

  command(args: readonly string[]): Promise<RedisOutcome> {
    return this.#answer(args[0] ?? '', args.slice(1, 2), args.slice(2));
  }

  session(): never {
    throw new Error('no session is scripted');
  }

  subscribe(): never {
    throw new Error('no subscription is scripted');
  }

  #answer(name: string, keys: readonly string[], args: readonly string[]): Promise<RedisOutcome> {
    this.asked.push({ name, keys, args });
    const outcome = this.#outcomes.shift();
    if (outcome === undefined) throw new Error(`${name} was not expected`);
    return Promise.resolve(outcome);
  }
}
