import type { SimProcess } from './kernel/process.js';
import type { Endpoint } from './network.js';

/** Whether a message travels in an ordered byte stream (clients) or by itself (between servers). */
export type Transport = 'connection' | 'datagram';

/** A message about to leave, as a rule sees it. */
export interface Passage {
  readonly from: SimProcess;
  readonly to: SimProcess;
  readonly transport: Transport;
  /** `open` and `close` are the connection's own; they carry no payload. */
  readonly part: 'open' | 'data' | 'close';
  /** On a connection: true from the side that accepted it to the side that opened it. */
  readonly isReply: boolean;
  /** The sending side; null for a datagram, and for the answer of a machine on which nobody listens. */
  readonly endpoint: Endpoint | null;
}

/** What a rule does to a message. Loss inside a connection does not exist: there, a lost reply ends or silences it. */
export type Verdict =
  | { readonly act: 'delay'; readonly microseconds: number }
  /** Kept back until this true time, and all behind it on the same connection. */
  | { readonly act: 'hold'; readonly until: number }
  /** The connection ends; both sides hear of it; what was under way is gone. */
  | { readonly act: 'reset' }
  /** The effect has happened, the answer is gone; the connection ends, or stays silent in this direction until it is closed. */
  | { readonly act: 'lose'; readonly then: 'reset' | 'silence' }
  /** Datagrams only. */
  | { readonly act: 'drop' }
  | { readonly act: 'duplicate'; readonly microseconds: number };

/** A fault at work on messages. Says what becomes of each; null when it does not concern it. */
export interface Rule {
  judge(passage: Passage): Verdict | null;
  /** Called when a verdict changed the fate or the time of a message that somebody waits for. */
  effective(passage: Passage): void;
}

/** Hears what becomes of what is sent on connections, at the time when it does: for those who tell the story of a run. Changes nothing. */
export interface NetworkTap {
  /** `from` is the side that had sent it. */
  arrived(from: Endpoint, payload: unknown): void;
  /** It will never arrive. */
  lost(from: Endpoint, payload: unknown): void;
  refused(opener: Endpoint): void;
  cut(side: Endpoint): void;
}
