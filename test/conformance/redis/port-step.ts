import type { RedisScript } from '../../../src/ports/redis.js';
import type { Step } from './step.js';

/**
 * One step of a sequence through the port. Its `session` is 0 for the port itself and its shared connection, else a session of
 * that number, which is opened when it is first used, and anew after a `close`.
 *
 * Arguments are text, not binary, and may be markers for what only the run knows (see `run-clock.ts` and `tokens.ts`).
 */
export type PortStep = Step &
  PortAction & {
    /** What it was made from, if from a template. */
    readonly template?: string;
  };

type PortAction =
  | { readonly does: 'command' }
  | { readonly does: 'eval'; readonly script: RedisScript; readonly keys: readonly string[] }
  /** Opens a subscription under the number in `session`; the channel is its only argument. */
  | { readonly does: 'subscribe' }
  /** Ends a session, or with `unsubscribe` a subscription; does nothing when there is none. */
  | { readonly does: 'close' }
  | { readonly does: 'unsubscribe' }
  /** Lets everything short-lived expire; see `run-clock.ts`. */
  | { readonly does: 'sleep' };

const plain = { args: [], comparison: 'exact' } as const;

export const commandStep = (step: Step): PortStep => ({ ...step, does: 'command' });
export const closeStep = (session: number): PortStep => ({ ...plain, does: 'close', session, labels: ['port: close a session'] });
export const subscribeStep = (session: number, channel: string): PortStep => ({
  ...plain,
  does: 'subscribe',
  session,
  args: [channel],
  labels: ['port: subscribe'],
});
export const unsubscribeStep = (session: number): PortStep => ({ ...plain, does: 'unsubscribe', session, labels: ['port: unsubscribe'] });
export const sleepStep: PortStep = { ...plain, does: 'sleep', session: 0, labels: ['sleep past a short life'] };

/** A step as one reads it in a failure. */
export function showStep(step: PortStep): string {
  const words = step.args.map((arg) => JSON.stringify(arg)).join(' ');
  const by = `#${step.session}`;
  switch (step.does) {
    case 'command':
      return `${by} ${words}`;
    case 'eval':
      return `${by} eval ${step.script.name} KEYS ${JSON.stringify(step.keys)} ARGV ${words}\n      ${JSON.stringify(step.script.lua)}`;
    case 'sleep':
      return 'sleep';
    default:
      return `${by} ${step.does} ${words}`;
  }
}
