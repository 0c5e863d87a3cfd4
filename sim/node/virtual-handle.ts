import { AsyncResource } from 'node:async_hooks';
import type { Socket } from 'node:net';
import type { Incarnation } from '../kernel/process.js';
import type { CloseReason, Endpoint, EndpointHandlers } from '../network.js';
import type { InactivityTimer } from './inactivity-timer.js';
import { isLoopback, type NodeHosts } from './node-hosts.js';
import { mayUse } from './owner.js';
import { errorNumber, systemError } from './system-error.js';

/** What Node asks for when a connection has been opened, or a direction shut down. */
interface Request {
  oncomplete(status: number, handle: VirtualHandle, request: Request, readable: boolean, writable: boolean): void;
}

export interface SocketAddress {
  address: string;
  family: string;
  port: number;
}

/** A socket of Node, with what it has beyond its types. */
export interface SocketWithHandle extends Socket {
  _handle: object | null;
  /** Of a connection that speaks HTTP. Node never frees one whose socket is not closed. */
  parser?: { remove(): void; close(): void } | null;
  _unrefTimer(): void;
  [inactivity]?: InactivityTimer;
}

/** Where a socket keeps its virtual timer. */
export const inactivity = Symbol('inactivity');

/** As much as libuv reads at a time. */
const LONGEST_READ = 65_536;

const RESET = 'reset';

/**
 * The operating system's side of a TCP connection, as `net.Socket` knows it: stands where a real socket has its `TCP` handle.
 * All above it (events and their order, half-open sockets, buffering, errors) is Node's own code.
 */
export class VirtualHandle implements EndpointHandlers {
  /** Node's: whether it wants to be given what arrives. */
  reading = false;
  bytesRead = 0;
  bytesWritten = 0;
  readonly fd = -1;
  /** Grows from one connection to the next. */
  readonly serial = ++made;
  readonly writeQueueSize = 0;
  private endpoint: Endpoint | null = null;
  private connecting: Request | null = null;
  private local: SocketAddress | null = null;
  private remote: SocketAddress | null = null;
  private boundPort = 0;
  /** What has arrived and was not read yet: bytes, null for the end, or a reset. */
  private readonly unread: (Uint8Array | null | typeof RESET)[] = [];
  private hasEnded = false;
  /** The other side has closed both directions: what is written now is answered by a reset. */
  private isPeerGone = false;
  /** What the next write fails with. */
  private broken: 'ECONNRESET' | 'EPIPE' | null = null;
  private isClosed = false;
  /** What happens on a connection happens with the `AsyncLocalStorage` that it was opened with. */
  private readonly resource = new AsyncResource('SimulatedTcp', { requireManualDestroy: true });
  private userBuffer: Uint8Array | null = null;

  constructor(
    readonly own: Incarnation,
    private readonly hosts: NodeHosts,
  ) {
    hosts.keep(this);
  }

  /** The side of a connection that a server has accepted. */
  static accepted(own: Incarnation, hosts: NodeHosts, endpoint: Endpoint, isV6: boolean): VirtualHandle {
    const handle = new VirtualHandle(own, hosts);
    handle.endpoint = endpoint;
    endpoint.handlers = handle;
    const from = hosts.remoteAddress(endpoint);
    const seen = (address: string, port: number): SocketAddress =>
      isV6 ? { address: `::ffff:${address}`, family: 'IPv6', port } : { address, family: 'IPv4', port };
    handle.remote = seen(from.address, from.port);
    handle.local = seen(from.isLoopback ? '127.0.0.1' : hosts.addressOf(own.process), endpoint.port);
    return handle;
  }

  // What `net.Socket` calls. Each returns 0 or the negative number of an error.

  connect(request: Request, address: string, port: number): number {
    return this.dial(request, address, port, 'IPv4');
  }

  connect6(request: Request, address: string, port: number): number {
    return this.dial(request, address, port, 'IPv6');
  }

  bind(_address: string, port: number): number {
    this.boundPort = port;
    return 0;
  }

  bind6(address: string, port: number): number {
    return this.bind(address, port);
  }

  readStart(): number {
    if (!mayUse(this.own, 'a socket')) return 0;
    // In its own turn, as from a real socket.
    if (this.unread.length > 0) process.nextTick(() => this.deliver());
    return 0;
  }

  readStop(): number {
    return 0;
  }

  useUserBuffer(buffer: Uint8Array): void {
    this.userBuffer = buffer;
  }

  /** Sends bytes that nobody will change any more. Returns what went wrong. */
  write(bytes: Uint8Array): Error | null {
    if (!mayUse(this.own, 'a socket')) return this.own.live ? systemError('EPIPE', 'write') : null;
    if (this.broken !== null) {
      const error = systemError(this.broken, 'write');
      this.broken = 'EPIPE';
      return error;
    }
    this.bytesWritten += bytes.length;
    if (this.isPeerGone) this.provokeReset();
    else if (bytes.length > 0) this.endpoint?.send(bytes);
    return null;
  }

  shutdown(request: Request): number {
    if (!mayUse(this.own, 'a socket')) return 0;
    if (this.broken !== null) return errorNumber('ENOTCONN');
    this.endpoint?.send(null);
    this.later(() => {
      if (!this.isClosed) request.oncomplete(0, this, request, true, true);
    });
    return 0;
  }

  close(callback?: () => void): void {
    // As with a real one: what was never read makes the end a reset.
    this.end(this.unread.some((item) => item instanceof Uint8Array) ? 'reset' : 'ended', callback);
  }

  reset(callback?: () => void): number {
    this.end('reset', callback);
    return 0;
  }

  getsockname(out: object): number {
    Object.assign(out, this.local ?? {});
    return 0;
  }

  getpeername(out: object): number {
    if (this.remote === null) return errorNumber('ENOTCONN');
    Object.assign(out, this.remote);
    return 0;
  }

  setNoDelay(): number {
    return 0;
  }

  setKeepAlive(): number {
    return 0;
  }

  getAsyncId(): number {
    return this.resource.asyncId();
  }

  ref(): void {}
  unref(): void {}
  hasRef(): boolean {
    return !this.isClosed;
  }

  // What the network calls.

  opened(): void {
    this.connected(0);
  }

  message(payload: unknown): void {
    if (this.isClosed) return;
    if (payload === null) this.arrive(null);
    else if (payload instanceof Uint8Array) {
      for (let at = 0; at < payload.length; at += LONGEST_READ) this.arrive(payload.subarray(at, at + LONGEST_READ));
    }
  }

  closed(reason: CloseReason): void {
    this.endpoint = null;
    if (this.isClosed) return;
    if (this.connecting !== null) {
      // A reset that answers an opening is how a machine refuses it.
      this.connected(errorNumber('ECONNREFUSED'));
    } else if (reason === 'reset') {
      this.broken = this.hasEnded ? 'EPIPE' : 'ECONNRESET';
      if (!this.hasEnded) this.arrive(RESET);
    } else {
      this.isPeerGone = true;
      this.arrive(null);
    }
  }

  private dial(request: Request, address: string, port: number, family: string): number {
    if (!mayUse(this.own, 'a socket')) return 0;
    if (this.endpoint !== null) return errorNumber('EISCONN');
    const { hosts, own } = this;
    const isLocal = isLoopback(address);
    this.remote = { address, family, port };
    this.local = {
      address: isLocal ? address : hosts.addressOf(own.process),
      family,
      port: this.boundPort === 0 ? hosts.freePort(own.process) : this.boundPort,
    };
    this.connecting = request;
    const route = hosts.route(own, address, port);
    if ('error' in route) this.later(() => this.connected(errorNumber(route.error)));
    else {
      this.endpoint = hosts.network.connect(own, route.to, this, port);
      hosts.remember(this.endpoint, { address: hosts.addressOf(own.process), port: this.local.port, isLoopback: isLocal && route.to === own.process });
    }
    return 0;
  }

  private connected(status: number): void {
    const request = this.connecting;
    this.connecting = null;
    if (request === null || this.isClosed) return;
    this.resource.runInAsyncScope(() => request.oncomplete(status, this, request, status === 0, status === 0));
  }

  private arrive(item: Uint8Array | null | typeof RESET): void {
    if (item === null && this.unread.at(-1) === null) return;
    this.unread.push(item);
    if (this.reading) this.deliver();
  }

  private deliver(): void {
    this.resource.runInAsyncScope(() => this.giveAll());
  }

  private giveAll(): void {
    while (this.reading && !this.isClosed && !this.hasEnded && this.unread.length > 0) this.give(this.unread.shift() as Uint8Array | null | typeof RESET);
  }

  private give(item: Uint8Array | null | typeof RESET): void {
    const socket = this.socket();
    if (socket === undefined) return;
    socket._unrefTimer();
    if (item instanceof Uint8Array) {
      this.bytesRead += item.length;
      if (!(this.userBuffer === null ? socket.push(this.bufferOf(item)) : this.fill(socket, item))) this.reading = false;
    } else if (item === null) {
      this.hasEnded = true;
      if (socket.readableEnded) return;
      socket.push(null);
      socket.read(0);
    } else socket.destroy(systemError('ECONNRESET', 'read'));
  }

  /** The reader may change what it is given; a trace must not see that. */
  private bufferOf(bytes: Uint8Array): Buffer {
    return this.own.world.tracing ? Buffer.from(bytes) : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** For a socket with the option `onread`. */
  private fill(socket: SocketWithHandle, bytes: Uint8Array): boolean {
    const fields = socket as unknown as Record<symbol, unknown>;
    const field = (name: string): unknown => fields[Object.getOwnPropertySymbols(socket).find(({ description }) => description === name) as symbol];
    const callback = field('kBufferCb') as (length: number, buffer: Uint8Array) => boolean;
    const generate = field('kBufferGen') as (() => Uint8Array) | null;
    let goesOn = true;
    for (let at = 0; at < bytes.length;) {
      const buffer = this.userBuffer as Uint8Array;
      const part = bytes.subarray(at, at + buffer.length);
      buffer.set(part);
      at += part.length;
      goesOn = callback(part.length, buffer) !== false && goesOn;
      if (generate !== null) this.userBuffer = generate();
    }
    return goesOn;
  }

  /** The answer of a machine on which nobody has this connection any more. */
  private provokeReset(): void {
    const { own, hosts, remote } = this;
    const { world } = own;
    const there = remote === null ? own.process : (hosts.processAt(remote.address) ?? own.process);
    const { network } = hosts;
    world.schedule(world.now + network.delay(own.process, there) + network.delay(there, own.process), own, 'reset', () => (this.broken = 'EPIPE'));
  }

  private end(reason: 'ended' | 'reset', callback?: () => void): void {
    if (this.isClosed || !mayUse(this.own, 'a socket')) return;
    this.isClosed = true;
    // None yet, when the server refuses what it has just accepted.
    this.socket()?.[inactivity]?.cancel();
    this.endpoint?.close(reason);
    this.endpoint = null;
    if (callback === undefined) this.hosts.forget(this);
    else {
      this.later(() => {
        this.hosts.forget(this);
        callback();
      });
    }
  }

  /** Its run is over, and it was never closed. */
  abandon(): void {
    const socket = this.socket();
    if (!socket?.parser) return;
    socket.parser.remove();
    socket.parser.close();
    socket.parser = null;
  }

  /** In a turn of its own, as Node calls back what the operating system has done. */
  private later(callback: () => void): void {
    const { world } = this.own;
    world.schedule(world.now, this.own, 'socket', callback);
  }

  /** Node writes the socket into its handle, under a symbol of its own. */
  private socket(): SocketWithHandle | undefined {
    ownerSymbol ??= Object.getOwnPropertySymbols(this).find(({ description }) => description === 'owner_symbol');
    return ownerSymbol === undefined ? undefined : (this as unknown as Record<symbol, SocketWithHandle | undefined>)[ownerSymbol];
  }
}

let ownerSymbol: symbol | undefined;
/** Only ever compared: no run can tell how many there were before it. */
let made = 0;
