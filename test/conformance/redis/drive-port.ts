import { ok } from '../../../src/base/outcome.js';
import { milliseconds } from '../../../src/base/time.js';
import type { RedisOutcome, RedisPort, RedisReply, RedisSession, RedisSubscription } from '../../../src/ports/redis.js';
import { dataOf } from './data-of.js';
import type { PortStep } from './port-step.js';
import { resolveTime, type RunClock, type TimeScale } from './run-clock.js';
import { Tokens } from './tokens.js';
import type { Entry, Transcript } from './transcript.js';

/** Far longer than anything takes: no step of a sequence is about losing answers. */
const patience = { timeout: milliseconds(60_000) };

const POLLS = 5000;

interface OpenSubscription {
  readonly channel: string;
  readonly handle: RedisSubscription;
  /** The last of our own messages that it heard. */
  settled: number;
}

/** Runs a sequence through a port, step by step. Commands of one session in a row are sent together, as a pipeline. */
export async function drivePort(port: RedisPort, clock: RunClock, scale: TimeScale, steps: readonly PortStep[], databases: number): Promise<Transcript> {
  return await new Drive(port, clock, scale).run(steps, databases);
}

class Drive {
  readonly #sessions = new Map<number, RedisSession>();
  readonly #subscriptions = new Map<number, OpenSubscription>();
  readonly #tokens = new Tokens();
  #heard: [number, string][] = [];
  #settling = 0;
  #observer: RedisSession | undefined;

  constructor(
    readonly port: RedisPort,
    readonly clock: RunClock,
    readonly scale: TimeScale,
  ) {}

  async run(steps: readonly PortStep[], databases: number): Promise<Transcript> {
    const { clock, scale } = this;
    const entries: Entry[] = [];
    let late = false;
    let awake = clock.elapsed();
    const notice = (): void => void (late ||= clock.elapsed() - awake > scale.toleranceMs);
    for (let at = 0; at < steps.length;) {
      const batch = batchAt(steps, at);
      const first = batch[0] as PortStep;
      if (first.does === 'sleep') {
        notice();
        await clock.sleep(scale.sleepMs);
        awake = clock.elapsed();
      }
      const outcomes = await (first.does === 'command' ? this.#commands(batch) : this.#single(first));
      await this.#settle();
      // What was heard meanwhile belongs to the batch as a whole.
      for (const [i, outcome] of outcomes.entries()) entries.push({ outcome, heard: i === outcomes.length - 1 ? this.#takeHeard() : [] });
      at += batch.length;
    }
    entries.push({ outcome: this.#named(ok(await dataOf(await this.#ownSession(), patience, databases))), heard: this.#takeHeard() });
    notice();
    for (const session of [...this.#sessions.values(), this.#observer]) session?.close();
    for (const { handle } of this.#subscriptions.values()) handle.close();
    return { entries, late };
  }

  async #commands(batch: readonly PortStep[]): Promise<RedisOutcome[]> {
    const { session } = batch[0] as PortStep;
    const to = session === 0 ? this.port : await this.#session(session);
    return await Promise.all(batch.map(async (step) => this.#named(await to.command(this.#resolve(step.args), patience))));
  }

  async #single(step: PortStep): Promise<(RedisOutcome | null)[]> {
    const { does, session } = step;
    if (does === 'eval') return [this.#named(await this.port.eval(step.script, step.keys, this.#resolve(step.args), patience))];
    if (does === 'subscribe') return [await this.#subscribe(session, step.args[0] ?? '')];
    if (does === 'unsubscribe') await this.#unsubscribe(session);
    if (does === 'close') {
      this.#sessions.get(session)?.close();
      this.#sessions.delete(session);
    }
    return [null];
  }

  async #subscribe(number: number, channel: string): Promise<RedisOutcome | null> {
    if (this.#subscriptions.has(number)) return null;
    const state = { settled: 0 };
    const listener = (message: string): void => {
      const own = /^@settling-(\d+)$/.exec(message)?.[1];
      if (own === undefined) this.#heard.push([number, message]);
      else state.settled = Number(own);
    };
    const answer = await this.port.subscribe(channel, listener, patience);
    if (answer.status !== 'ok') return answer;
    this.#subscriptions.set(number, Object.assign(state, { channel, handle: answer.value }));
    return ok('subscribed');
  }

  /** Returns when the server has noticed. */
  async #unsubscribe(number: number): Promise<void> {
    const subscription = this.#subscriptions.get(number);
    if (subscription === undefined) return;
    const { channel } = subscription;
    this.#subscriptions.delete(number);
    subscription.handle.close();
    const left = [...this.#subscriptions.values()].filter((other) => other.channel === channel).length;
    const observer = await this.#ownSession();
    await this.#until(async () => {
      const answer = await observer.command(['PUBSUB', 'NUMSUB', channel], patience);
      return answer.status !== 'ok' || (answer.value as RedisReply[])[1] === left;
    });
  }

  /** Waits until every subscription has heard a message that was published after all others. */
  async #settle(): Promise<void> {
    const open = [...this.#subscriptions.values()];
    if (open.length === 0) return;
    const mark = (this.#settling += 1);
    const observer = await this.#ownSession();
    for (const channel of new Set(open.map((subscription) => subscription.channel))) {
      await observer.command(['PUBLISH', channel, `@settling-${mark}`], patience);
    }
    const isSettled = await this.#until(async () => open.every(({ settled }) => settled === mark));
    if (!isSettled) throw new Error('a subscription does not hear what is published to its channel');
  }

  async #until(isSo: () => Promise<boolean>): Promise<boolean> {
    for (let i = 0; i < POLLS; i += 1) {
      if (await isSo()) return true;
      await this.clock.sleep(1);
    }
    return false;
  }

  #takeHeard(): [number, string][] {
    const heard = this.#heard.sort(([one], [other]) => one - other);
    this.#heard = [];
    return heard;
  }

  #resolve(args: readonly string[]): string[] {
    const wall = this.clock.wall();
    return args.map((arg) => this.#tokens.resolve(resolveTime(arg, this.scale, wall)));
  }

  #named(outcome: RedisOutcome): RedisOutcome {
    return outcome.status === 'ok' ? ok(this.#tokens.named(outcome.value)) : outcome;
  }

  async #session(number: number): Promise<RedisSession> {
    const known = this.#sessions.get(number);
    if (known !== undefined) return known;
    const session = await this.port.session();
    await session.command(['PING'], patience);
    this.#sessions.set(number, session);
    return session;
  }

  /** For questions that belong to no sequence. */
  async #ownSession(): Promise<RedisSession> {
    return (this.#observer ??= await this.port.session());
  }
}

function batchAt(steps: readonly PortStep[], start: number): readonly PortStep[] {
  const first = steps[start] as PortStep;
  let end = start + 1;
  if (first.does === 'command') while (steps[end]?.does === 'command' && steps[end]?.session === first.session) end += 1;
  return steps.slice(start, end);
}
