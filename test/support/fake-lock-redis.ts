import { ok, refused, unknown } from '../../src/base/outcome.js';
import { milliseconds } from '../../src/base/time.js';
import type { RedisCallOptions, RedisOutcome, RedisPort, RedisReply, RedisScript } from '../../src/ports/redis.js';
import { sleep } from '../../src/locks/sleep.js';
import type { FakeClock } from './fake-clock.js';

/** What becomes of one request. Times in milliseconds; without a fate a request is answered at once. */
export type Fate =
  | { readonly kind: 'slow'; readonly there: number; readonly back: number }
  /** It takes effect after `there`, and its reply is lost. */
  | { readonly kind: 'reply-lost'; readonly there?: number }
  | { readonly kind: 'request-lost' }
  | { readonly kind: 'connection-lost' }
  | { readonly kind: 'unavailable' }
  | { readonly kind: 'error'; readonly code: string };

interface Sent {
  readonly script: string;
  readonly atMs: number;
  readonly args: readonly string[];
}

/** The three lock scripts in plain TypeScript on one key, on a fake clock, with a fate for every request. */
export class FakeLockRedis implements RedisPort {
  /** Taken from the front, one a request. */
  readonly fates: (Fate | null)[] = [];
  /** The fate of every request once `fates` is empty. */
  always: Fate | null = null;
  readonly sent: Sent[] = [];
  owner: string | null = null;
  token = 100;
  #expiresAt = 0;
  #released: string | null = null;

  constructor(readonly clock: FakeClock) {}

  /** Another client's key. */
  occupy(owner: string, ms: number): void {
    this.owner = owner;
    this.token += 1;
    this.#expiresAt = this.clock.nowMs + ms;
  }

  get holder(): string | null {
    return this.owner !== null && this.clock.nowMs <= this.#expiresAt ? this.owner : null;
  }

  sentTimes(script: string): number[] {
    return this.sent.filter((request) => request.script === script).map(({ atMs }) => atMs);
  }

  async eval(script: RedisScript, _keys: readonly string[], args: readonly string[], { timeout }: RedisCallOptions): Promise<RedisOutcome> {
    this.sent.push({ script: script.name, atMs: this.clock.nowMs, args });
    const fate = this.fates.length > 0 ? this.fates.shift() : this.always;
    if (fate === null || fate === undefined) return ok(this.#run(script.name, args));
    switch (fate.kind) {
      case 'unavailable':
        return refused({ reason: 'unavailable', message: 'connection refused' });
      case 'error':
        return refused({ reason: 'error-reply', code: fate.code, message: `${fate.code} says the server` });
      case 'connection-lost':
        return unknown('connection-lost');
      case 'request-lost':
        await sleep(this.clock, timeout);
        return unknown('timeout');
      case 'reply-lost':
        void sleep(this.clock, milliseconds(fate.there ?? 0)).then(() => this.#run(script.name, args));
        await sleep(this.clock, timeout);
        return unknown('timeout');
      case 'slow': {
        const answer = sleep(this.clock, milliseconds(fate.there)).then(async () => {
          const reply = this.#run(script.name, args);
          await sleep(this.clock, milliseconds(fate.back));
          return ok(reply);
        });
        return await Promise.race([answer, sleep(this.clock, timeout).then(() => unknown('timeout'))]);
      }
    }
  }

  #run(script: string, args: readonly string[]): RedisReply {
    const [owner = '', second = '', third = ''] = args;
    const mine = this.holder === owner;
    if (script === 'lock-acquire') {
      if (this.holder !== null && !mine) return ['held', this.holder, Math.ceil(this.#expiresAt - this.clock.nowMs)];
      if (!mine && this.#released === owner) return ['released'];
      if (!mine) this.token += 1;
      this.owner = owner;
      this.#expiresAt = Math.max(mine ? this.#expiresAt : 0, this.clock.nowMs + Number(second));
      return ['granted', String(this.token)];
    }
    if (script === 'lock-extend') {
      if (!mine || String(this.token) !== second) return 'lost';
      this.#expiresAt = Math.max(this.#expiresAt, this.clock.nowMs + Number(third));
      return 'extended';
    }
    if (script !== 'lock-release') throw new Error(`no script ${script} here`);
    const before = this.#released;
    this.#released = owner;
    if (mine) this.owner = null;
    return mine || before === owner ? 'released' : 'lost';
  }

  command(): never {
    throw new Error('locks send scripts only');
  }
  session(): never {
    throw new Error('locks need no session');
  }
  subscribe(): never {
    throw new Error('locks do not subscribe yet');
  }
}
