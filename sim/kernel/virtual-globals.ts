import { AsyncResource } from 'node:async_hooks';
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers';
import timersPromises from 'node:timers/promises';
import { promisify } from 'node:util';
import { activeWorld } from './active-world.js';
import { escape } from './escape-error.js';
import type { Incarnation } from './process.js';
import { installVirtualFormats } from './virtual-formats.js';
import type { World } from './world.js';

/**
 * Date, timers, random numbers and the like, as seen by code that runs inside a simulated process: they follow that
 * process's own clocks and draws. At any other time they are the real ones. Installed once and early: what a module
 * captured before stays real.
 */
export function installVirtualGlobals(): void {
  if (installed.has(globalThis)) return;
  installed.add(globalThis);
  installDate();
  installVirtualFormats(() => {
    const own = running();
    return own === null ? undefined : wallMs(own);
  });
  installTimers();
  installRandom();
  installQueues();
  syncBuiltinESMExports();
}

const installed = new WeakSet<object>();

/** The process whose code is running; null in real time. */
function running(): Incarnation | null {
  const world = activeWorld();
  if (world === null) return null;
  if (world.current === null) escape('a global clock, timer or random number used by the world itself', 'run it inside a process');
  return world.current;
}

const wallMs = (own: Incarnation): number => Math.floor(own.process.wall.at(own.world.now) / 1000);

function installDate(): void {
  const RealDate = Date;
  const now = (): number => {
    const own = running();
    return own === null ? RealDate.now() : wallMs(own);
  };
  globalThis.Date = new Proxy(RealDate, {
    construct(target, args: unknown[], newTarget) {
      const own = args.length === 0 ? running() : null;
      return Reflect.construct(target, own === null ? args : [wallMs(own)], newTarget) as object;
    },
    apply(target) {
      const own = running();
      return own === null ? target() : new target(wallMs(own)).toString();
    },
    get: (target, name, receiver): unknown => (name === 'now' ? now : Reflect.get(target, name, receiver)),
  });
  // What asks a date for its class gets this one too.
  RealDate.prototype.constructor = globalThis.Date;
  const realNow = performance.now.bind(performance);
  performance.now = () => {
    const own = running();
    return own === null ? realNow() : own.process.monotonic.at(own.world.now) / 1000;
  };
  const realOrigin = performance.timeOrigin;
  Object.defineProperty(performance, 'timeOrigin', { get: () => originOf(running()) ?? realOrigin, configurable: true, enumerable: true });
  const realMark = performance.mark.bind(performance);
  performance.mark = (name, options) => realMark(name, running() === null ? options : { startTime: performance.now(), ...options });
  const realHrtime = process.hrtime.bind(process);
  const hrtime = ((previous?: [number, number]) => {
    const own = running();
    if (own === null) return realHrtime(previous);
    const at = own.process.monotonic.at(own.world.now) - (previous === undefined ? 0 : previous[0] * 1e6 + Math.floor(previous[1] / 1000));
    return [Math.floor(at / 1e6), (at % 1e6) * 1000];
  }) as typeof process.hrtime;
  const realBigint = process.hrtime.bigint.bind(process.hrtime);
  hrtime.bigint = () => {
    const own = running();
    return own === null ? realBigint() : BigInt(own.process.monotonic.at(own.world.now)) * 1000n;
  };
  process.hrtime = hrtime;
}

const origins = new WeakMap<Incarnation, number>();

/** The wall time at which `performance.now` would have been 0, as far as its process could tell when it first asked. */
function originOf(own: Incarnation | null): number | undefined {
  if (own !== null && !origins.has(own)) origins.set(own, wallMs(own) - own.process.monotonic.at(own.world.now) / 1000);
  return own === null ? undefined : origins.get(own);
}

/** What `setTimeout` gives back inside a simulated process. */
class VirtualTimeout {
  private isClosed = false;
  /** The callback finds what `AsyncLocalStorage` had when the timer was set. */
  private readonly resource = new AsyncResource('Timeout', { requireManualDestroy: true });
  private timer: { cancel(): void };

  constructor(
    private readonly own: Incarnation,
    private readonly microseconds: number,
    private readonly callback: TimerCallback,
    private readonly args: readonly unknown[],
    private readonly repeats: boolean,
  ) {
    this.timer = this.arm();
  }

  close(): this {
    this.isClosed = true;
    this.timer.cancel();
    return this;
  }

  refresh(): this {
    // For good: as Node has it, too.
    if (this.isClosed) return this;
    this.timer.cancel();
    this.timer = this.arm();
    return this;
  }

  ref = (): this => this;
  unref = (): this => this;
  hasRef = (): boolean => true;
  [Symbol.dispose] = (): void => void this.close();

  private arm() {
    return this.own.setTimer(this.microseconds, () => {
      if (this.repeats) this.timer = this.arm();
      this.resource.runInAsyncScope(this.callback, this, ...this.args);
    });
  }
}

const LONGEST_DELAY = 0x7fffffff;

type TimerCallback = (...args: unknown[]) => void;
type SetTimer = (callback: TimerCallback, ms?: number, ...args: unknown[]) => unknown;

function installTimers(): void {
  const virtualTimer = (real: SetTimer, microsecondsOf: (ms: number | undefined) => number, repeats: boolean) =>
    function setTimer(callback: TimerCallback, ms?: number, ...args: unknown[]): unknown {
      const own = running();
      // What is no function, Node refuses best.
      return own === null || typeof callback !== 'function'
        ? real(callback, ms, ...args)
        : new VirtualTimeout(own, microsecondsOf(ms), callback, args, repeats);
    };
  // As Node has it: whole milliseconds, and one where that makes no sense.
  const delay = (ms: number | undefined): number => (Number(ms) >= 1 && Number(ms) <= LONGEST_DELAY ? Math.trunc(Number(ms)) * 1000 : 1000);
  const atOnce = (): number => 0;
  const realImmediate = timers.setImmediate as unknown as (callback: TimerCallback, ...args: unknown[]) => unknown;
  const shims: Record<string, unknown> = {
    setTimeout: virtualTimer(timers.setTimeout, delay, false),
    setInterval: virtualTimer(timers.setInterval, delay, true),
    setImmediate: (callback: TimerCallback, ...args: unknown[]): unknown => {
      const own = running();
      return own === null || typeof callback !== 'function' ? realImmediate(callback, ...args) : new VirtualTimeout(own, 0, callback, args, false);
    },
  };
  for (const name of ['clearTimeout', 'clearInterval', 'clearImmediate'] as const) {
    const real = timers[name] as (timer: unknown) => void;
    shims[name] = (timer: unknown): void => {
      if (timer instanceof VirtualTimeout) timer.close();
      else real(timer);
    };
  }
  const sleep =
    (real: (...args: never[]) => Promise<unknown>, microsecondsOf: (ms: number | undefined) => number) =>
    (ms?: number, value?: unknown, options?: { signal?: AbortSignal }): Promise<unknown> => {
      const own = running();
      if (own === null) return real(...([ms, value, options] as never[]));
      return new Promise((resolve, reject) => {
        const signal = options?.signal;
        const timer = new VirtualTimeout(
          own,
          microsecondsOf(ms),
          () => {
            signal?.removeEventListener('abort', abort);
            resolve(value);
          },
          [],
          false,
        );
        const abort = (): void => {
          timer.close();
          reject(abortError(signal?.reason));
        };
        if (signal?.aborted === true) abort();
        else signal?.addEventListener('abort', abort, { once: true });
      });
    };
  const sleepFor = sleep(timersPromises.setTimeout, delay);
  const realSetImmediate = timersPromises.setImmediate;
  const sleepAtOnce = sleep((_: undefined, value: unknown, options: object) => realSetImmediate(value, options), atOnce);
  const realInterval = timersPromises.setInterval;
  const nextTurn = (value?: unknown, options?: { signal?: AbortSignal }): Promise<unknown> => sleepAtOnce(undefined, value, options);
  async function* ticks(ms?: number, value?: unknown, options?: { signal?: AbortSignal }): AsyncGenerator<unknown> {
    for (;;) yield await sleepFor(ms, value, options);
  }
  Object.assign(timersPromises, {
    setTimeout: sleepFor,
    setImmediate: nextTurn,
    setInterval: (ms?: number, value?: unknown, options?: { signal?: AbortSignal }) =>
      running() === null ? realInterval(ms, value, options) : ticks(ms, value, options),
  });
  const { scheduler } = timersPromises;
  const realWait = scheduler.wait.bind(scheduler);
  const realYield = scheduler.yield.bind(scheduler);
  Object.assign(scheduler, {
    wait: (ms: number, options?: { signal?: AbortSignal }) => (running() === null ? realWait(ms, options as never) : sleepFor(ms, undefined, options)),
    yield: () => (running() === null ? realYield() : nextTurn()),
  });
  // `promisify(setTimeout)` asks the function itself for its promise form.
  Object.assign(shims['setTimeout'] as object, { [promisify.custom]: sleepFor });
  Object.assign(shims['setImmediate'] as object, { [promisify.custom]: nextTurn });
  Object.assign(globalThis, shims);
  Object.assign(timers, shims);
  const realTimeout = AbortSignal.timeout.bind(AbortSignal);
  AbortSignal.timeout = (ms: number): AbortSignal => {
    const own = running();
    if (own === null) return realTimeout(ms);
    const controller = new AbortController();
    own.setTimer(delay(ms), () => controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')));
    return controller.signal;
  };
}

/** Node's own: no DOMException, and with a code. */
const abortError = (cause: unknown): Error => Object.assign(new Error('The operation was aborted', { cause }), { name: 'AbortError', code: 'ABORT_ERR' });

function installRandom(): void {
  const drawWord = (own: Incarnation): number => own.world.draws.draw(`${own.name}/random`, 4294967296);
  const fill = (own: Incarnation, bytes: Uint8Array): void => {
    for (let at = 0; at < bytes.length; at++) bytes[at] = drawWord(own) & 255;
  };
  const realRandom = Math.random;
  Math.random = () => {
    const own = running();
    return own === null ? realRandom() : drawWord(own) / 4294967296;
  };
  const uuid =
    (real: (...args: never[]) => string) =>
    (...args: never[]): string => {
      const own = running();
      if (own === null) return real(...args);
      const bytes = new Uint8Array(16);
      fill(own, bytes);
      const hex = Buffer.from(bytes).toString('hex');
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
    };
  const values =
    (real: (array: never) => unknown) =>
    (array: ArrayBufferView): unknown => {
      const own = running();
      if (own === null) return real(array as never);
      fill(own, bytesOf(array));
      return array;
    };
  const realBytes = crypto.randomBytes.bind(crypto) as (size: number, callback?: unknown) => unknown;
  const realFill = crypto.randomFillSync.bind(crypto) as (array: never, ...range: unknown[]) => unknown;
  Object.assign(crypto, {
    randomUUID: uuid(crypto.randomUUID.bind(crypto) as never),
    randomBytes: (size: number, callback?: (error: null, bytes: Buffer) => void): unknown => {
      const own = running();
      if (own === null) return realBytes(size, callback);
      const bytes = Buffer.alloc(size);
      fill(own, bytes);
      if (callback === undefined) return bytes;
      own.setTimer(0, () => callback(null, bytes));
      return undefined;
    },
    randomInt: randomInt(crypto.randomInt.bind(crypto) as never, drawWord),
    randomFillSync: (array: ArrayBufferView, offset = 0, size?: number): unknown => {
      const own = running();
      if (own === null) return realFill(array as never, offset, size);
      fill(own, bytesOf(array).subarray(offset, size === undefined ? undefined : offset + size));
      return array;
    },
  });
  // Old names of the same.
  for (const name of ['pseudoRandomBytes', 'prng', 'rng'])
    Object.defineProperty(crypto, name, { value: crypto.randomBytes, configurable: true, writable: true });
  const web = globalThis.crypto;
  Object.defineProperties(web, {
    randomUUID: { value: uuid(web.randomUUID.bind(web) as never), configurable: true, writable: true },
    getRandomValues: { value: values(web.getRandomValues.bind(web) as never), configurable: true, writable: true },
  });
}

const bytesOf = (array: ArrayBufferView): Uint8Array => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

const randomInt =
  (real: (...args: unknown[]) => unknown, drawWord: (own: Incarnation) => number) =>
  (...args: unknown[]): unknown => {
    const own = running();
    if (own === null) return real(...args);
    const [low, high] = typeof args[1] === 'number' ? [args[0] as number, args[1]] : [0, args[0] as number];
    const drawn = low + Math.floor((drawWord(own) / 4294967296) * (high - low));
    const callback = args.at(-1) as TimerCallback;
    if (typeof callback !== 'function') return drawn;
    own.setTimer(0, () => callback(null, drawn));
    return undefined;
  };

/** So many nextTick callbacks in one event are an endless loop. */
const MOST_TICKS = 1_000_000;

/** A throw in a nextTick or microtask callback would end the real process; inside a run it ends the run. */
function installQueues(): void {
  const realMicrotask = queueMicrotask;
  globalThis.queueMicrotask = (callback) => realMicrotask(caught(callback));
  const realNextTick = process.nextTick.bind(process);
  let outside = realNextTick;
  let isOutside = false;
  let inWorld: World | null = null;
  let event = -1;
  let ticks = 0;
  const nextTick = ((callback: TimerCallback, ...args: unknown[]) => {
    const world = activeWorld();
    if (world === null) {
      // What was assigned may call what it replaced.
      if (isOutside) return realNextTick(callback, ...args);
      isOutside = true;
      try {
        return outside(callback, ...args);
      } finally {
        isOutside = false;
      }
    } else {
      ticks = world === inWorld && world.events === event ? ticks + 1 : 1;
      inWorld = world;
      event = world.events;
      // The watchdog would break it off too, but Node cannot go on well when that happens inside of its own queue.
      if (ticks > MOST_TICKS) return world.getStuck();
    }
    realNextTick(caught(callback), ...args);
  }) as typeof process.nextTick;
  // An accessor, because vitest assigns the function that it knew, and would take this one away for good. It always gives the same
  // function: packages keep it when they are loaded, outside of any run.
  Object.defineProperty(process, 'nextTick', {
    get: () => nextTick,
    set: (other: typeof process.nextTick) => (outside = other === nextTick ? realNextTick : other),
    configurable: true,
    enumerable: true,
  });
}

function caught(callback: TimerCallback): TimerCallback {
  const world = activeWorld();
  if (world === null) return callback;
  const name = world.current?.name ?? 'world';
  return (...args) => {
    // Left behind by an event that was broken off.
    if (activeWorld() !== world) return;
    try {
      callback(...args);
    } catch (error) {
      world.threw(error, name);
    }
  };
}
