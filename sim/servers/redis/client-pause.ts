import type { Command } from './command.js';
import type { RedisSession } from './redis-session.js';

export type PauseMode = 'all' | 'write';

/** Of those that are not marked as writes, the commands that may change something all the same. */
const MAY_WRITE = new Set(['eval', 'evalsha', 'publish']);

/**
 * CLIENT PAUSE. The engine answers at once, so holding back is up to who carries commands to it: it asks `holdFor` before
 * each, and waits for that long or until it is told that the pause is over.
 */
export class ClientPause {
  readonly #waiting = new Set<() => void>();
  #untilMs = -Infinity;
  #mode: PauseMode = 'write';

  /** A pause that is on already becomes no shorter and no milder. */
  begin(nowMs: number, untilMs: number, mode: PauseMode): void {
    const isOn = this.#untilMs > nowMs;
    this.#mode = mode === 'all' || (isOn && this.#mode === 'all') ? 'all' : 'write';
    this.#untilMs = isOn ? Math.max(this.#untilMs, untilMs) : untilMs;
  }

  end(): void {
    this.#untilMs = -Infinity;
    for (const tell of [...this.#waiting]) tell();
  }

  /** How many milliseconds a command must wait. */
  holdFor(nowMs: number, session: RedisSession, command: Command): number {
    if (this.#untilMs <= nowMs) return 0;
    return this.#mode === 'all' || mayWrite(session, command) ? this.#untilMs - nowMs : 0;
  }

  get isPossible(): boolean {
    return this.#untilMs !== -Infinity;
  }

  /** Calls `tell` whenever a pause ends before its time, until the returned function is called. */
  whenEnded(tell: () => void): () => void {
    this.#waiting.add(tell);
    return () => void this.#waiting.delete(tell);
  }
}

function mayWrite(session: RedisSession, command: Command): boolean {
  if (command.name === 'exec') return session.transaction?.queue.some((queued) => mayWrite(session, queued.command)) === true;
  return command.write || MAY_WRITE.has(command.name);
}
