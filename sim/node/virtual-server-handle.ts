import { AsyncResource } from 'node:async_hooks';
import type { Incarnation } from '../kernel/process.js';
import type { Endpoint } from '../network.js';
import { isLoopback, type NodeHosts } from './node-hosts.js';
import { mayUse } from './owner.js';
import { errorNumber } from './system-error.js';
import { VirtualHandle } from './virtual-handle.js';

const ANY = ['::', '0.0.0.0'];

/** The operating system's side of a listening socket: stands where a real `net.Server` has its `TCP` handle. */
export class VirtualServerHandle {
  /** Node's: called with what was accepted. */
  onconnection: ((this: this, error: number, client: VirtualHandle) => void) | null = null;
  private isListening = false;
  private port: number;

  constructor(
    readonly own: Incarnation,
    private readonly hosts: NodeHosts,
    private readonly address: string,
    port: number,
  ) {
    this.port = port;
  }

  listen(): number {
    if (!mayUse(this.own, 'a server')) return 0;
    const { hosts, own, address } = this;
    if (!ANY.includes(address) && !isLoopback(address) && address !== hosts.addressOf(own.process)) return errorNumber('EADDRNOTAVAIL');
    if (this.port === 0) this.port = hosts.freePort(own.process);
    if (hosts.network.isListeningOn(own.process, this.port)) return errorNumber('EADDRINUSE');
    const isV6 = address.includes(':');
    // With the `AsyncLocalStorage` of whoever listens.
    const accept = AsyncResource.bind((endpoint: Endpoint) => this.onconnection?.(0, VirtualHandle.accepted(own, hosts, endpoint, isV6)));
    hosts.network.listen(own, accept, this.port);
    this.isListening = true;
    return 0;
  }

  close(callback?: () => void): void {
    if (!mayUse(this.own, 'a server')) return;
    if (this.isListening) this.hosts.network.unlisten(this.own, this.port);
    this.isListening = false;
    if (callback !== undefined) process.nextTick(callback);
  }

  getsockname(out: object): number {
    Object.assign(out, { address: this.address, family: this.address.includes(':') ? 'IPv6' : 'IPv4', port: this.port });
    return 0;
  }

  ref(): void {}
  unref(): void {}
  hasRef(): boolean {
    return this.isListening;
  }
}
