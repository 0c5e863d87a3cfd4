import type { LookupAddress, LookupOptions } from 'node:dns';
import { isIPv6 } from 'node:net';
import { registerStandIn } from '../kernel/guards.js';
import { runningNode } from './node-hosts.js';
import { systemError } from './system-error.js';

type LookupCallback = (error: Error | null, address?: string | LookupAddress[], family?: number) => void;

/** `dns.lookup` answers for the processes of the world, as `getaddrinfo` with their names in /etc/hosts would. */
export function installVirtualDns(): void {
  registerStandIn('dns.lookup', () => (runningNode() === null ? null : lookup));
  registerStandIn('dns/promises.lookup', () => (runningNode() === null ? null : lookupPromise));
}

function lookup(name: string, ...rest: [LookupCallback] | [LookupOptions | number | null, LookupCallback]): void {
  const [options, callback] = rest.length === 1 ? [{}, rest[0]] : rest;
  const all = typeof options === 'object' && options?.all === true;
  const found = find(name, options);
  process.nextTick(() => {
    if (found instanceof Error) callback(found);
    else if (all) callback(null, [found]);
    else callback(null, found.address, found.family);
  });
}

async function lookupPromise(name: string, options: LookupOptions | number | null = {}): Promise<LookupAddress | LookupAddress[]> {
  const found = find(name, options);
  if (found instanceof Error) throw found;
  return typeof options === 'object' && options?.all === true ? [found] : found;
}

function find(name: string, options: LookupOptions | number | null): LookupAddress | Error {
  const node = runningNode();
  const address = node === null ? null : node.hosts.resolve(name);
  const family = address === null ? 0 : isIPv6(address) ? 6 : 4;
  const asked = typeof options === 'number' ? options : options?.family;
  const refuses = (asked === 6 || asked === 'IPv6') && family === 4;
  return address === null || refuses ? systemError('ENOTFOUND', 'getaddrinfo', { hostname: name }) : { address, family };
}
