import type { Episode } from '../nemesis/fault.js';
import { Trace } from '../kernel/trace.js';
import type { World } from '../kernel/world.js';
import type { Endpoint } from '../network.js';
import type { NetworkTap } from '../network-rules.js';

/** Something that a story may tell, at its true time in microseconds. */
export type Remark = { readonly time: number } & (
  | {
      readonly kind: 'message' | 'lost';
      readonly connection: number;
      readonly from: string;
      readonly to: string;
      readonly isReply: boolean;
      readonly payload: unknown;
    }
  /** A server says something that will arrive, or not. */
  | { readonly kind: 'sent'; readonly connection: number; readonly payload: Uint8Array }
  | { readonly kind: 'refused' | 'cut'; readonly connection: number; readonly from: string; readonly to: string }
  | { readonly kind: 'note' | 'life'; readonly process: string; readonly text: string }
  | { readonly kind: 'fault'; readonly episode: Episode; readonly phase: 'begins' | 'ends' }
);

/** Writes a run down as people would tell it: messages with sender and receiver, notes, faults, lives of processes. */
export class Recording extends Trace implements NetworkTap {
  readonly remarks: Remark[] = [];
  private world: World | null = null;
  private readonly connections = new Map<Endpoint, number>();

  watch(world: World): void {
    this.world = world;
  }

  // What the kernel counts as events is not what people do.
  override event(): void {}

  override note(world: World, text: string): void {
    const process = world.current?.name;
    // The world's own notes are the nemesis's; it tells of its episodes itself.
    if (process !== undefined) this.remarks.push({ time: world.now, kind: 'note', process, text });
  }

  sent(from: Endpoint, payload: Uint8Array): void {
    this.remarks.push({ time: this.now, kind: 'sent', connection: this.connectionOf(from), payload });
  }

  arrived(from: Endpoint, payload: unknown): void {
    this.passed('message', from, payload);
  }

  lost(from: Endpoint, payload: unknown): void {
    this.passed('lost', from, payload);
  }

  refused(opener: Endpoint): void {
    this.remarks.push({ time: this.now, kind: 'refused', connection: this.connectionOf(opener), from: opener.local.name, to: opener.remote.name });
  }

  cut(side: Endpoint): void {
    this.remarks.push({ time: this.now, kind: 'cut', connection: this.connectionOf(side), from: side.local.name, to: side.remote.name });
  }

  life(process: string, text: string): void {
    this.remarks.push({ time: this.now, kind: 'life', process, text });
  }

  fault(episode: Episode, phase: 'begins' | 'ends'): void {
    this.remarks.push({ time: this.now, kind: 'fault', episode, phase });
  }

  private get now(): number {
    return this.world?.now ?? 0;
  }

  private passed(kind: 'message' | 'lost', from: Endpoint, payload: unknown): void {
    const { local, remote, isReply } = from;
    this.remarks.push({ time: this.now, kind, connection: this.connectionOf(from), from: local.name, to: remote.name, isReply, payload });
  }

  /** Both sides of a connection have one number. */
  private connectionOf(side: Endpoint): number {
    const opener = side.isReply ? (side.peer ?? side) : side;
    let number = this.connections.get(opener);
    if (number === undefined) this.connections.set(opener, (number = this.connections.size + 1));
    return number;
  }
}
