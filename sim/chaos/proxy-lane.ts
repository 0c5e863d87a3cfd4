import type { Socket } from 'node:net';
import type { LinkRule, ProxyConnection } from './proxy.js';

/** Requests go from worker to server, replies come back. */
export type Direction = 'request' | 'reply';

/** Bytes as they came in one piece, or (null) the end of the stream, and when they may go on at the earliest. */
interface Waiting {
  readonly bytes: Buffer | null;
  readonly due: number;
}

/**
 * One direction of one connection. Everything leaves in the order in which it came, the end included: what was sent
 * before a connection was closed still arrives, however long it is held up on the way.
 */
export class ProxyLane {
  readonly #queue: Waiting[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;
  #ended = false;
  #silent = false;

  constructor(
    readonly direction: Direction,
    readonly connection: ProxyConnection,
    private readonly from: Socket,
    private readonly to: Socket,
    private readonly rules: ReadonlySet<LinkRule>,
  ) {
    from.on('data', (bytes: Buffer) => this.#arrive(bytes));
    from.on('end', () => this.#end());
    from.on('close', () => this.#end());
    to.on('drain', () => from.resume());
  }

  /** Nothing passes any more: a stream cannot leave bytes out and go on. */
  silence(): void {
    this.#silent = true;
    this.#queue.length = 0;
  }

  /** Sends on what may go: to be called when a rule was lifted. */
  pump(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    for (let head = this.#queue[0]; head !== undefined; head = this.#queue[0]) {
      if (this.#held()) return;
      const wait = head.due - performance.now();
      if (wait > 0) {
        this.#timer = setTimeout(() => this.pump(), Math.ceil(wait));
        return;
      }
      this.#queue.shift();
      this.#send(head.bytes);
    }
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.silence();
  }

  #arrive(bytes: Buffer): void {
    let delay = 0;
    for (const rule of this.rules) {
      const verdict = this.#silent ? null : (rule.onChunk?.(this, bytes) ?? null);
      if (verdict === null) continue;
      rule.effective();
      if (verdict.act === 'delay') {
        delay += verdict.ms;
      } else if (verdict.act === 'lose' && verdict.then === 'silence') {
        this.connection.silence(this, rule);
        return;
      } else {
        this.connection.cut();
        return;
      }
    }
    this.#push(bytes, delay);
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#push(null, 0);
  }

  #push(bytes: Buffer | null, delay: number): void {
    if (this.#silent) return;
    this.#queue.push({ bytes, due: performance.now() + delay });
    if (this.#timer === null) this.pump();
  }

  #held(): boolean {
    for (const rule of this.rules) {
      if (rule.holds?.(this) !== true) continue;
      rule.effective();
      return true;
    }
    return false;
  }

  #send(bytes: Buffer | null): void {
    if (this.to.destroyed) return;
    if (bytes === null) this.to.end();
    else if (!this.to.write(bytes)) this.from.pause();
  }
}
