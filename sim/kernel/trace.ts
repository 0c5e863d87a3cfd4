import type { SimEvent } from './event-queue.js';
import type { Incarnation } from './process.js';
import type { World } from './world.js';

/** One line of a trace: an event, or a remark that belongs to the event before it. */
export interface TraceLine {
  readonly event: number;
  /** True time in microseconds. */
  readonly time: number;
  /** The process; `world` for the world's own. */
  readonly process: string;
  readonly kind: string;
  readonly text: string;
}

/** Writes down what happens. Costs a few times the run itself, so it is on when a seed is replayed, not when it is searched for. */
export class Trace {
  private readonly entries: Entry[] = [];

  /** Called by the world before an event runs. Payloads are immutable, so turning them into text can wait until somebody reads. */
  event(world: World, event: SimEvent): void {
    this.entries.push({ event: world.events, time: event.time, process: nameOf(event.incarnation), kind: event.kind, payload: event.payload });
  }

  note(world: World, text: string): void {
    this.entries.push({ event: world.events, time: world.now, process: nameOf(world.current), kind: 'note', payload: text });
  }

  lines(): TraceLine[] {
    return this.entries.map(({ payload, ...line }) => ({ ...line, text: payload === undefined ? '' : brief(payload) }));
  }
}

interface Entry extends Omit<TraceLine, 'text'> {
  readonly payload: unknown;
}

const nameOf = (incarnation: Incarnation | null): string => (incarnation === null ? 'world' : incarnation.name);

const LONGEST = 160;

const json = (value: unknown): string => JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? `${part}n` : part)) ?? String(value);

function brief(payload: unknown): string {
  if (typeof payload === 'string') return payload;
  const text = Array.isArray(payload) ? payload.map((item) => (typeof item === 'string' ? item : json(item))).join(' ') : json(payload);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
}
