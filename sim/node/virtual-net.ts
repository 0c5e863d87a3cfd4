import { Buffer } from 'node:buffer';
import net from 'node:net';
import { activeWorld } from '../kernel/active-world.js';
import { escape } from '../kernel/escape-error.js';
import { registerStandIn } from '../kernel/guards.js';
import { InactivityTimer } from './inactivity-timer.js';
import { nodeHostsOf, runningNode } from './node-hosts.js';
import { mayUse, outsider } from './owner.js';
import { VirtualHandle, inactivity, type SocketWithHandle } from './virtual-handle.js';
import { VirtualServerHandle } from './virtual-server-handle.js';

type Any = (...args: never[]) => unknown;
type WriteCallback = (error?: Error | null) => void;
type Chunk = string | Uint8Array;

interface SocketInternals {
  connect: Any;
  setTimeout: Any;
  resetAndDestroy: Any;
  _unrefTimer: Any;
  _writeGeneric: Any;
}

interface ServerWithHandle extends net.Server {
  _handle: object | null;
}

/**
 * `net` over the simulated network. Node's own classes stay; a socket or server that is first used inside a run gets a
 * simulated handle instead of one of the operating system. What Node does with the clock itself, or with memory that it
 * shares with its native half, is done here.
 */
export function installVirtualNet(): void {
  for (const name of ['net.connect', 'net.createConnection', 'net.createServer', 'net.Socket.connect']) {
    registerStandIn(name, (world) => (nodeHostsOf(world) === undefined ? null : 'real'));
  }
  installSocket(net.Socket.prototype as unknown as SocketInternals);
  installServer(net.Server.prototype as unknown as { listen: Any; close: Any; _listen2: Any });
}

function installSocket(prototype: SocketInternals): void {
  const { connect, setTimeout, resetAndDestroy, _unrefTimer, _writeGeneric } = prototype;
  const reinitialize = Object.getOwnPropertySymbols(prototype).find(({ description }) => description === 'kReinitializeHandle') as symbol;

  prototype.connect = function (this: SocketWithHandle, ...args: never[]) {
    const node = runningNode();
    if (node === null) return connect.apply(this, args);
    const [options, callback] = normalize(args);
    if (options.path !== undefined && options.path !== null)
      return escape('a socket with a path', 'only TCP is simulated: listen on a port, and connect to that');
    refuseReal(this);
    const isLeft = this._handle instanceof VirtualHandle && this._handle.own !== node.own;
    if (isLeft) mayUse((this._handle as VirtualHandle).own, 'a socket');
    if (this.destroyed || this._handle === null) {
      this._handle = null;
      Object.assign(this, { _peername: null, _sockname: null });
      (this as unknown as Record<symbol, (handle: object) => void>)[reinitialize]?.(new VirtualHandle(node.own, node.hosts));
    }
    // Trying several addresses at once goes by a real timer, and a simulated host has one.
    const own = Object.create(options, { autoSelectFamily: { value: false, enumerable: true } }) as object;
    return connect.apply(this, (callback === null ? [own] : [own, callback]) as never[]);
  };

  prototype.setTimeout = function (this: SocketWithHandle, ms: number, callback?: () => void) {
    const node = runningNode();
    refuseReal(this);
    const isValid = typeof ms === 'number' && ms >= 0 && Number.isFinite(ms) && (callback === undefined || typeof callback === 'function');
    // Node says best what is wrong.
    if (node === null || !isValid) return setTimeout.apply(this, [ms, callback] as never[]);
    if (this.destroyed) return this;
    Object.assign(this, { timeout: ms });
    this[inactivity]?.cancel();
    delete this[inactivity];
    if (ms > 0) {
      this[inactivity] = new InactivityTimer(node.own, Math.max(1, Math.trunc(Math.min(ms, LONGEST_TIMEOUT))) * 1000, () => {
        if (!this.destroyed) this.emit('timeout');
      });
    }
    if (callback !== undefined && ms > 0) this.once('timeout', callback);
    else if (callback !== undefined) this.removeListener('timeout', callback);
    return this;
  };

  prototype._unrefTimer = function (this: SocketWithHandle) {
    if (this[inactivity] === undefined) _unrefTimer.apply(this);
    else this[inactivity].touch();
  };

  prototype.resetAndDestroy = function (this: SocketWithHandle & { _reset(): void }) {
    refuseReal(this);
    if (!(this._handle instanceof VirtualHandle)) return resetAndDestroy.apply(this);
    if (this.connecting) this.once('connect', () => this._reset());
    else this._reset();
    return this;
  };

  prototype._writeGeneric = function (this: SocketWithHandle, writev: boolean, data: never, encoding: BufferEncoding, done: WriteCallback) {
    const handle = this._handle;
    refuseReal(this);
    if (this.connecting || !(handle instanceof VirtualHandle)) return _writeGeneric.apply(this, [writev, data, encoding, done] as never[]);
    Object.assign(this, { _pendingData: null, _pendingEncoding: '' });
    this._unrefTimer();
    const error = handle.write(writev ? joined(data) : copy(data, encoding));
    if (error === null) done();
    else done(error);
    return undefined;
  };
}

/** What Node has at the most for a timer. */
const LONGEST_TIMEOUT = 0x7fffffff;

function installServer(prototype: { listen: Any; close: Any; _listen2: Any }): void {
  const { listen, close, _listen2 } = prototype;

  prototype.listen = function (this: ServerWithHandle, ...args: never[]) {
    checkServer(this);
    return listen.apply(this, args);
  };

  prototype.close = function (this: ServerWithHandle, ...args: never[]) {
    checkServer(this);
    return close.apply(this, args);
  };

  // Node calls it by this name with all arguments in order, so that others can wrap it.
  prototype._listen2 = function (this: ServerWithHandle, address: string | null, port: number, ...rest: [type: number, backlog: number, fd?: number]) {
    const node = runningNode();
    if (node === null) {
      if (activeWorld() !== null) escape('net.Server.listen', 'reach servers through the ports that the context gives');
      return _listen2.apply(this, [address, port, ...rest] as never[]);
    }
    if (port < 0 || port === null || rest[2] !== undefined) return escape('a server on a path or a file descriptor', 'only TCP is simulated: listen on a port');
    this._handle = new VirtualServerHandle(node.own, node.hosts, address ?? '::', port);
    this.once('listening', stopConnectionsChecking);
    return _listen2.apply(this, [address ?? '::', port, address === null ? 6 : rest[0], ...rest.slice(1)] as never[]);
  };
}

/** An http server looks every 30 real seconds for slow requests; in a run that must not happen. */
function stopConnectionsChecking(this: net.Server): void {
  const name = Object.getOwnPropertySymbols(this).find(({ description }) => description === 'http.server.connectionsCheckingInterval');
  if (name !== undefined) clearInterval((this as unknown as Record<symbol, NodeJS.Timeout>)[name]);
}

function refuseReal(socket: SocketWithHandle): void {
  if (socket._handle !== null && !(socket._handle instanceof VirtualHandle) && runningNode() !== null) outsider('a socket');
}

function checkServer({ _handle }: ServerWithHandle): void {
  if (_handle === null || runningNode() === null) return;
  if (_handle instanceof VirtualServerHandle) mayUse(_handle.own, 'a server');
  else outsider('a server');
}

/** As `connect` takes them, or already put in order by Node. */
function normalize(args: readonly unknown[]): [options: { path?: unknown }, callback: Any | null] {
  const made = Array.isArray(args[0]) ? args[0] : (net as unknown as { _normalizeArgs(args: readonly unknown[]): unknown[] })._normalizeArgs(args);
  return made as [object, Any | null];
}

/** What is sent must not change any more, whatever the sender does with its buffer. */
const copy = (chunk: Chunk, encoding: BufferEncoding): Buffer => (typeof chunk === 'string' ? Buffer.from(chunk, encoding) : Buffer.from(chunk));

const joined = (chunks: readonly { chunk: Chunk; encoding: BufferEncoding }[]): Buffer =>
  Buffer.concat(chunks.map(({ chunk, encoding }) => (typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk)));
