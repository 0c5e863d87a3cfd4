import type { DrawStream } from './kernel/draws.js';
import type { Incarnation, SimProcess } from './kernel/process.js';
import type { World } from './kernel/world.js';
import type { NetworkTap, Passage, Rule, Verdict } from './network-rules.js';

/** How long an undisturbed message takes: `base` plus up to `spread` microseconds, drawn for each. */
export interface Latency {
  readonly base: number;
  readonly spread: number;
}

type Accept = (endpoint: Endpoint) => void;

/** All links between processes: connections and datagrams, judged by the rules of the faults that are on. */
export class Network {
  readonly rules: Rule[] = [];
  tap: NetworkTap | null = null;
  private readonly listeners = new Map<string, { incarnation: Incarnation; accept: Accept }>();
  private readonly datagramListeners = new Map<string, { incarnation: Incarnation; receive: (from: string, payload: unknown) => void }>();
  private readonly streams = new Map<SimProcess, Map<SimProcess, DrawStream>>();
  private readonly endpoints = new Map<Incarnation, Set<Endpoint>>();
  /** Connections on their way to a process: their openings have not arrived. */
  private readonly openings = new Map<SimProcess, Set<Endpoint>>();
  private readonly watched = new Set<SimProcess>();

  constructor(
    readonly world: World,
    private readonly latency: Latency = { base: 100, spread: 400 },
  ) {}

  /** From now on `incarnation` accepts connections to this port under its process's name. Port 0 is the one for messages that are not bytes. */
  listen(incarnation: Incarnation, accept: Accept, port = 0): void {
    if (!incarnation.mayAct('listens')) return;
    this.watch(incarnation.process);
    this.listeners.set(addressOf(incarnation.name, port), { incarnation, accept });
  }

  /** Opens a connection. What is sent at once follows the opening; a refusal arrives as a close. */
  connect(incarnation: Incarnation, to: SimProcess, handlers: EndpointHandlers, port = 0): Endpoint {
    const isLive = incarnation.mayAct('opens a connection');
    const near = new Endpoint(this, incarnation, to, false, isLive, port);
    if (!isLive) return near;
    this.watch(incarnation.process);
    this.watch(to);
    near.handlers = handlers;
    this.register(near);
    this.openingsTo(to).add(near);
    near.transmit('open', undefined);
    return near;
  }

  /** From now on connections to this port are refused; those that there are stay. */
  unlisten(incarnation: Incarnation, port = 0): void {
    const address = addressOf(incarnation.name, port);
    if (this.listeners.get(address)?.incarnation === incarnation) this.listeners.delete(address);
  }

  /** The processes that listen on this port; also those that did in a life that ended, as they will again. */
  listenersOn(port: number): readonly SimProcess[] {
    const found: SimProcess[] = [];
    for (const [address, { incarnation }] of this.listeners) if (address === addressOf(incarnation.name, port)) found.push(incarnation.process);
    return found;
  }

  /** Whether a process accepts connections to this port, in its present life. */
  isListeningOn(process: SimProcess, port: number): boolean {
    return this.listeners.get(addressOf(process.name, port))?.incarnation.live === true;
  }

  /** Whether a process accepts connections, in its present life. */
  isListening({ incarnation }: SimProcess): boolean {
    return incarnation !== null && [...this.listeners.values()].some((listener) => listener.incarnation === incarnation);
  }

  /** The live endpoints of a process, in order of opening. */
  endpointsOf(process: SimProcess): readonly Endpoint[] {
    const { incarnation } = process;
    return incarnation === null ? [] : [...(this.endpoints.get(incarnation) ?? [])];
  }

  /**
   * Ends the connections that have gone silent: in the end the operating system gives up on them. To be called when the
   * faults are over, as nothing else would end them.
   */
  cutSilenced(): void {
    for (const own of this.endpoints.values()) {
      // Also where the silent side is gone already: it could not even say so.
      for (const endpoint of [...own]) if (endpoint.isSilenced || endpoint.peer?.isSilenced === true) endpoint.reset();
    }
  }

  /** The processes that are connected to this one, or about to be. */
  peersOf(process: SimProcess): readonly SimProcess[] {
    return [...this.endpointsOf(process).map((endpoint) => endpoint.remote), ...[...this.openingsTo(process)].map((endpoint) => endpoint.local.process)];
  }

  /** Hears datagrams sent to this process. */
  receive(incarnation: Incarnation, receive: (from: string, payload: unknown) => void): void {
    if (incarnation.mayAct('listens')) this.datagramListeners.set(incarnation.name, { incarnation, receive });
  }

  /** Sends one message by itself: it may be lost, come twice, or overtake. */
  send(incarnation: Incarnation, to: SimProcess, payload: unknown): void {
    if (!incarnation.mayAct('sends a datagram')) return;
    const from = incarnation.process;
    const passage: Passage = { from, to, transport: 'datagram', part: 'data', isReply: false, endpoint: null };
    let time = this.world.now + this.delay(from, to);
    // It is meant for the life that the receiver has now.
    const receiver = to.incarnation;
    if (receiver === null) return;
    const copies: number[] = [];
    for (const rule of this.rules) {
      const verdict = rule.judge(passage);
      if (verdict === null) continue;
      if (verdict.act === 'delay') time += verdict.microseconds;
      else if (verdict.act === 'duplicate') copies.push(time + verdict.microseconds);
      else if (verdict.act !== 'drop' && verdict.act !== 'hold') continue;
      rule.effective(passage);
      // A cut link keeps no datagrams.
      if (verdict.act === 'drop' || verdict.act === 'hold') return;
    }
    for (const at of [time, ...copies]) {
      this.world.schedule(
        at,
        receiver,
        'datagram',
        (message) => {
          const listener = this.datagramListeners.get(to.name);
          if (listener?.incarnation.live === true) listener.receive(from.name, message);
        },
        payload,
      );
    }
  }

  /** @internal */
  accept(near: Endpoint): void {
    this.openingsTo(near.remote).delete(near);
    const listener = this.listeners.get(addressOf(near.remote.name, near.port));
    if (listener === undefined || !listener.incarnation.live) {
      near.hearFromNobody('refused');
      return;
    }
    const far = new Endpoint(this, listener.incarnation, near.local.process, true, true, near.port);
    far.peer = near;
    near.peer = far;
    this.register(far);
    // Before anything that the acceptor says.
    if (near.handlers?.opened !== undefined) far.transmit('open', undefined);
    listener.accept(far);
  }

  /** @internal How long an undisturbed message takes this time. */
  delay(from: SimProcess, to: SimProcess): number {
    let toStreams = this.streams.get(from);
    if (toStreams === undefined) this.streams.set(from, (toStreams = new Map<SimProcess, DrawStream>()));
    let stream = toStreams.get(to);
    if (stream === undefined) toStreams.set(to, (stream = this.world.draws.stream(`${from.name}>${to.name}`)));
    return this.latency.base + stream.next(this.latency.spread + 1);
  }

  /** @internal */
  forget(endpoint: Endpoint): void {
    this.endpoints.get(endpoint.local)?.delete(endpoint);
    this.openings.get(endpoint.remote)?.delete(endpoint);
  }

  private openingsTo(process: SimProcess): Set<Endpoint> {
    let openings = this.openings.get(process);
    if (openings === undefined) this.openings.set(process, (openings = new Set()));
    return openings;
  }

  private register(endpoint: Endpoint): void {
    let own = this.endpoints.get(endpoint.local);
    if (own === undefined) this.endpoints.set(endpoint.local, (own = new Set()));
    own.add(endpoint);
  }

  private watch(process: SimProcess): void {
    if (this.watched.has(process)) return;
    this.watched.add(process);
    process.onCrash.push((incarnation) => {
      const orphans = this.endpoints.get(incarnation);
      this.endpoints.delete(incarnation);
      // The kernel of the machine closes what the process had open: its peers hear of it, what was sent still arrives.
      for (const endpoint of orphans ?? []) endpoint.close();
      // Openings that were meant for the life that is over find nobody when they arrive.
      for (const endpoint of this.openingsTo(process)) endpoint.hearFromNobody('refused', endpoint.lastArrival);
    });
  }
}

export interface EndpointHandlers {
  /** The other side has accepted. Told only to those who ask: it is a message of its own. */
  opened?(): void;
  message(payload: unknown): void;
  /** The connection is over: refused (nothing was delivered), or ended (what was sent may have been delivered). Called once. */
  closed(reason: CloseReason): void;
}

export type CloseReason = 'refused' | 'ended' | 'reset';

/** One side of a connection. */
export class Endpoint {
  handlers: EndpointHandlers | null = null;
  /** The other side; null until the opening has arrived. */
  peer: Endpoint | null = null;
  /** @internal When the last of what was sent arrives: nothing sent later may arrive sooner. */
  lastArrival = 0;
  private cut = false;
  private silenced = false;
  private nobodyThere = false;
  private readonly passages: Record<Passage['part'], Passage>;
  // Bound, not arrow functions: those are given their name at run time under tsx, at a price, once for each endpoint.
  private readonly onOpen = this.opened.bind(this);
  private readonly onData = this.received.bind(this);
  private readonly onClose = this.ended.bind(this);
  private readonly onNobody = this.foundNobody.bind(this);

  constructor(
    private readonly network: Network,
    readonly local: Incarnation,
    readonly remote: SimProcess,
    /** Whether this is the side that accepted the connection. */
    readonly isReply: boolean,
    private open: boolean,
    /** The port of the side that accepted. */
    readonly port: number,
  ) {
    const from = local.process;
    this.passages = {
      open: { from, to: remote, transport: 'connection', part: 'open', isReply, endpoint: this },
      data: { from, to: remote, transport: 'connection', part: 'data', isReply, endpoint: this },
      close: { from, to: remote, transport: 'connection', part: 'close', isReply, endpoint: this },
    };
  }

  get isOpen(): boolean {
    return this.open;
  }

  /** What it sends never arrives. */
  get isSilenced(): boolean {
    return this.silenced;
  }

  /** Sends an immutable message. Ignored when this side is closed. */
  send(payload: unknown): void {
    if (this.local.mayAct('sends a message') && this.open) this.transmit('data', payload);
  }

  /** Closes this side. What was sent before is still delivered; then the other side hears that it ended, or, as of a machine that refuses more, was reset. */
  close(reason: 'ended' | 'reset' = 'ended'): void {
    if (!this.open) return;
    this.end();
    this.transmit('close', reason === 'reset' ? reason : undefined);
  }

  /** Cuts the connection: what is under way, in both directions, is lost, and both sides hear of it. */
  reset(): void {
    const { world } = this.network;
    if (this.open) this.network.tap?.cut(this);
    for (const side of [this, this.peer]) {
      if (side === null || !side.open) continue;
      side.end();
      side.cut = true;
      const time = world.now + this.network.delay(side.remote, side.local.process);
      world.schedule(time, side.local, 'reset', () => side.handlers?.closed('reset'));
    }
  }

  /** @internal Sends one part through the rules. */
  transmit(part: Passage['part'], payload: unknown): void {
    const { network } = this;
    const { world } = network;
    let time = world.now + network.delay(this.local.process, this.remote) + world.lateness('message');
    const { rules } = network;
    if (this.silenced) {
      if (part === 'data') network.tap?.lost(this, payload);
      return;
    }
    const passage = this.passages[part];
    // Nobody waits for what is sent to a side that is closed already.
    const isAwaited = this.peer === null || this.peer.open;
    for (let at = 0; at < rules.length; at++) {
      const rule = rules[at] as Rule;
      const verdict = rule.judge(passage);
      if (verdict === null) continue;
      if (verdict.act === 'reset' || (verdict.act === 'lose' && part === 'data')) {
        if (isAwaited) rule.effective(passage);
        if (part === 'data') network.tap?.lost(this, payload);
        if (verdict.act === 'lose' && verdict.then === 'silence') this.silenced = true;
        else this.reset();
        return;
      }
      const later = timeUnder(verdict, time);
      // Behind an earlier message that takes even longer it would have waited anyway.
      if (isAwaited && later > Math.max(time, this.lastArrival)) rule.effective(passage);
      time = later;
    }
    if (time < this.lastArrival) time = this.lastArrival;
    this.lastArrival = time;
    if (part === 'open') this.arrive(time, 'connect', this.onOpen);
    else if (part === 'data') this.arrive(time, 'message', this.onData, payload);
    else this.arrive(time, 'close', this.onClose, payload);
  }

  /**
   * @internal The other side is gone, or never was there: from `since` on its machine answers so. Whatever the process had
   * sent before it died comes first.
   */
  hearFromNobody(reason: CloseReason, since = 0): void {
    if (!this.open || this.nobodyThere) return;
    this.nobodyThere = true;
    const { network, remote, local } = this;
    if (reason === 'refused') network.tap?.refused(this);
    const { world } = network;
    const passage: Passage = { from: remote, to: local.process, transport: 'connection', part: 'close', isReply: true, endpoint: null };
    let time = Math.max(world.now, since) + network.delay(remote, local.process);
    for (const rule of network.rules) {
      const verdict = rule.judge(passage);
      const later = verdict === null ? time : timeUnder(verdict, time);
      if (later > time) rule.effective(passage);
      time = later;
    }
    world.schedule(Math.max(time, this.peer?.lastArrival ?? 0), local, 'close', () => {
      if (!this.open) return;
      this.end();
      this.handlers?.closed(reason);
    });
  }

  private arrive(time: number, kind: string, handler: (payload: unknown) => void, payload?: unknown): void {
    // Until the opening has arrived it is meant for the life that the remote process has now; see `openings` for when that ends.
    const receiver = this.peer?.local ?? this.remote.incarnation;
    if (receiver === null || !receiver.live) this.network.world.schedule(time, null, kind, this.onNobody, payload);
    else this.network.world.schedule(time, receiver, kind, handler, payload);
  }

  private opened(): void {
    if (this.cut) return;
    if (!this.isReply) this.network.accept(this);
    else if (this.peer?.open === true) this.peer.handlers?.opened?.();
  }

  private received(payload: unknown): void {
    const far = this.peer;
    // The opening was refused.
    if (far === null) this.hearFromNobody('ended');
    else if (far.open) {
      this.network.tap?.arrived(this, payload);
      far.handlers?.message(payload);
    } else this.network.tap?.lost(this, payload);
  }

  private ended(payload: unknown): void {
    const far = this.peer;
    if (far === null || !far.open) return;
    far.end();
    far.handlers?.closed(payload === 'reset' ? 'reset' : 'ended');
  }

  /** What arrives at a machine where nobody listens is answered by a refusal. */
  private foundNobody(): void {
    this.hearFromNobody(this.peer === null ? 'refused' : 'ended');
  }

  private end(): void {
    this.open = false;
    this.network.forget(this);
  }
}

const addressOf = (name: string, port: number): string => (port === 0 ? name : `${name}:${port}`);

/** When a message arrives that would have arrived at `time`. */
function timeUnder(verdict: Verdict, time: number): number {
  if (verdict.act === 'delay') return time + verdict.microseconds;
  return verdict.act === 'hold' ? Math.max(time, verdict.until) : time;
}
