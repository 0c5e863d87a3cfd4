import http from 'node:http';
import type { Socket } from 'node:net';
import { registerStandIn } from '../kernel/guards.js';
import { installVirtualAgents } from './virtual-agents.js';
import { nodeHostsOf, runningNode } from './node-hosts.js';
import { VirtualHandle } from './virtual-handle.js';

/**
 * `http` over the simulated `net`: Node's own client, server and parser. Only what they have by the real clock, in memory that
 * outlives a process, or in an order that depends on addresses in memory, is done here.
 */
export function installVirtualHttp(): void {
  for (const name of ['http.request', 'http.get', 'http.createServer']) {
    registerStandIn(name, (world) => (nodeHostsOf(world) === undefined ? null : 'real'));
  }
  installVirtualAgents();
  installDates();
  installClosing(http.Server.prototype);
}

interface MessageInternals {
  sendDate: boolean;
  _header: string;
  hasHeader: (name: string) => boolean;
  _storeHeader: (firstLine: string, headers: unknown) => void;
}

/** The header `Date` comes from a second that Node keeps, by the real clock. */
function installDates(): void {
  const prototype = http.OutgoingMessage.prototype as unknown as MessageInternals;
  const { _storeHeader } = prototype;
  prototype._storeHeader = function (this: MessageInternals, firstLine, headers) {
    const isOurs = runningNode() !== null && this.sendDate && !this.hasHeader('date') && !hasDate(headers);
    _storeHeader.call(this, firstLine, headers);
    if (isOurs) this._header = this._header.replace(/\r\nDate: [^\r]*\r\n/, `\r\nDate: ${new Date().toUTCString()}\r\n`);
  };
}

const isDate = (name: unknown): boolean => typeof name === 'string' && name.toLowerCase() === 'date';

/** Headers come as an object, as pairs, or as a flat list. */
function hasDate(headers: unknown): boolean {
  if (Array.isArray(headers)) return headers.some((item: unknown) => isDate(Array.isArray(item) ? item[0] : item));
  return typeof headers === 'object' && headers !== null && Object.keys(headers).some(isDate);
}

interface Busy extends Socket {
  readonly _httpMessage?: { readonly finished: boolean } | null;
}

interface ServerInternals {
  closeAllConnections: () => void;
  closeIdleConnections: () => void;
}

type Connections = Record<'all' | 'idle', () => readonly { readonly socket: Busy }[]>;

/** Node closes them in the order of their addresses in memory; here it is the order in which they were accepted. */
function installClosing(prototype: ServerInternals): void {
  const { closeAllConnections, closeIdleConnections } = prototype;
  const closing = (real: () => void, which: keyof Connections, mayClose: (socket: Busy) => boolean) =>
    function (this: ServerInternals): void {
      const connections = connectionsOf(this);
      if (runningNode() === null || connections === undefined) return real.call(this);
      const sockets = connections[which]().map(({ socket }) => socket);
      for (const socket of sockets.sort((one, other) => serial(one) - serial(other))) if (mayClose(socket)) socket.destroy();
    };
  prototype.closeAllConnections = closing(closeAllConnections, 'all', () => true);
  prototype.closeIdleConnections = closing(closeIdleConnections, 'idle', ({ _httpMessage }) => _httpMessage?.finished !== false);
}

const serial = (socket: Socket): number => {
  const { _handle } = socket as unknown as { _handle: unknown };
  return _handle instanceof VirtualHandle ? _handle.serial : 0;
};

function connectionsOf(server: object): Connections | undefined {
  const name = Object.getOwnPropertySymbols(server).find(({ description }) => description === 'http.server.connections');
  return name === undefined ? undefined : (server as Record<symbol, Connections>)[name];
}
