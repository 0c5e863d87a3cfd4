import type { System } from '../../models/checker/define-model.js';
import { fencedLeaseLock } from '../../models/fenced-lease-lock.js';
import { parseParams } from '../../models/checker/parse-params.js';
import { walker, type Walk, type WalkOptions } from '../../models/checker/walk.js';

/** A state of `fenced-lease-lock`, as far as code can be asked about it; clients are numbered from 1, 0 is nobody and nothing. */
export interface LockState {
  readonly owner: number;
  readonly left: number;
  readonly next: number;
  readonly pc: Readonly<Record<number, 'idle' | 'held' | 'cs'>>;
  readonly dl: Readonly<Record<number, number>>;
  readonly msg: Readonly<Record<number, number>>;
  readonly hi: number;
}

/** A step of the model, and when it is done in a simulated world. */
export interface LockStep {
  readonly action: string;
  /** `Acquire(2)`. */
  readonly label: string;
  /** Who acts; 0 for the passing of time. */
  readonly client: number;
  readonly before: LockState;
  readonly after: LockState;
  /** Virtual microseconds. */
  readonly at: number;
  /** Whether the answer takes `SLOW_US` longer. */
  readonly slow: boolean;
  /** Of a write that is sent: when it arrives or is lost; the walk's end when neither happens in it. */
  readonly fate: number;
}

export interface WalkSpec {
  readonly clients: number;
  readonly ttl: number;
  readonly fenced: boolean;
  /**
   * `lossy`: all that the model can do. `crowded`: no write is lost, and none arrives while it is the only one under way: so they
   * overtake one another, and more of them meet the fence.
   */
  readonly traffic: 'lossy' | 'crowded';
  /** What decides which of the possible steps is next. */
  readonly choices: readonly number[];
}

/** One tick of the model. Between two ticks, steps follow one another in much less than half a one. */
export const TICK_US = 10_000_000;
/** From one step to the next: time for requests and answers. */
export const STEP_US = 12_000;
export const SLOW_US = 400_000;
const START_US = 5_000_000;
/** How many grants a walk may have. */
const GRANTS = 30;

/**
 * The ttl that stands for so many ticks: half a tick less, so that a lease taken anywhere between two ticks ends between the
 * very two ticks between which it ends in the model.
 */
export const ttlMs = (ticks: number): number => (ticks * TICK_US - TICK_US / 2) / 1000;

const walkers = new Map<string, (options: WalkOptions) => Walk>();

/** A walk of the model, with the time of each step. */
export function planLockWalk({ clients, ttl, fenced, traffic, choices }: WalkSpec): LockStep[] {
  const params = { C: clients, TTL: ttl, K: GRANTS, FENCED: fenced };
  const name = JSON.stringify({ ...params, traffic });
  const walk = walkers.get(name) ?? walker(forWalks(fencedLeaseLock.system(parseParams(fencedLeaseLock, params)), traffic));
  walkers.set(name, walk);
  const left = [...choices];
  const { steps } = walk({ steps: choices.length, choose: (bound) => (bound === 1 ? 0 : (left.shift() ?? 0) % bound) });
  let tick = START_US;
  let now = START_US;
  const timed = steps.slice(1).map(({ action, state }, index) => {
    const label = action ?? '';
    const [word = '', client = '0'] = label.split(/[()]/);
    if (word === 'Tick') now = tick += TICK_US;
    const slow = word === 'Acquire' && (choices[index] ?? 0) % 3 === 2;
    const step = { action: word, label, client: Number(client), before: lockState(steps[index]?.state), after: lockState(state), at: now, slow };
    now += STEP_US + (slow ? SLOW_US : 0);
    if (now - tick > 0.4 * TICK_US) throw new Error('too many steps between two ticks: make ticks longer');
    return step;
  });
  return timed.map((step, index) => ({
    ...step,
    fate: timed.slice(index).find(({ action, client }) => client === step.client && (action === 'Deliver' || action === 'Lose'))?.at ?? now + TICK_US,
  }));
}

/** Walks go on where an invariant is broken: `NoStale` is meant to be. */
function forWalks(system: System, traffic: WalkSpec['traffic']): System {
  const { Lose, Deliver, ...others } = system.actions;
  if (Lose === undefined || Deliver === undefined) throw new Error('fenced-lease-lock has no Lose or no Deliver any more');
  if (traffic === 'lossy') return { ...system, always: {} };
  const isCrowded = (msg: LockState['msg']): boolean => Object.values(msg).filter((token) => token !== 0).length > 1;
  const when: typeof Deliver.when = (s, a, b) => Deliver.when?.(s, a, b) !== false && isCrowded(s['msg'] as LockState['msg']);
  return { ...system, always: {}, actions: { ...others, Deliver: { ...Deliver, when } } };
}

const lockState = (state: unknown): LockState => state as LockState;

/** Every action of the model, by what can come of it: what walks have to show of the code. */
export const lockOutcomes = [
  'Acquire: granted',
  'Acquire: granted, the answer is slow',
  'Acquire: granted after a lease that ran out',
  'Acquire: not possible, and refused',
  'Enter',
  'GiveUp',
  'Send: in its lease',
  'Send: after its lease',
  'Exit: in its lease',
  'Exit: after its lease, the key is free',
  "Exit: after its lease, the key is another's",
  "Deliver: the holder's is accepted",
  'Deliver: late, and accepted',
  'Deliver: late, and refused by the fence',
  'Lose',
  'Tick: no lease ends',
  'Tick: a lease ends',
] as const;

/** What a step shows when the code does what the model does. */
export function outcomesOf({ action, client, before, after, slow }: LockStep, fenced: boolean, previous: LockStep | undefined): readonly string[] {
  const isRefused = after.owner !== 0 && Object.values(after.pc).includes('idle') ? ['Acquire: not possible, and refused'] : [];
  const inTime = (before.dl[client] ?? 0) > 0;
  const own = (): string => {
    switch (action) {
      case 'Acquire':
        if (previous?.action === 'Tick' && previous.before.owner !== 0) return 'Acquire: granted after a lease that ran out';
        return slow ? 'Acquire: granted, the answer is slow' : 'Acquire: granted';
      case 'Send':
        return inTime ? 'Send: in its lease' : 'Send: after its lease';
      case 'Exit':
        if (inTime) return 'Exit: in its lease';
        return before.owner === 0 ? 'Exit: after its lease, the key is free' : "Exit: after its lease, the key is another's";
      case 'Deliver':
        if (isRefusedByFence(before, client, fenced)) return 'Deliver: late, and refused by the fence';
        return isFromHolder(before, client) ? "Deliver: the holder's is accepted" : 'Deliver: late, and accepted';
      case 'Tick':
        return before.owner !== 0 && after.owner === 0 ? 'Tick: a lease ends' : 'Tick: no lease ends';
      default:
        return action;
    }
  };
  return [own(), ...isRefused];
}

const written = ({ msg }: LockState, client: number): number => msg[client] ?? 0;

/** Whether the write under way meets a fence that has seen a newer token. */
export const isRefusedByFence = (state: LockState, client: number, fenced: boolean): boolean => fenced && written(state, client) < state.hi;

/** Whether the write under way comes from the store's present owner, with its newest token. */
export const isFromHolder = (state: LockState, client: number): boolean => state.owner === client && written(state, client) === state.next;
