import { createRequire, syncBuiltinESMExports } from 'node:module';
import { activeWorld } from './active-world.js';
import type { World } from './world.js';
import { escape } from './escape-error.js';

/** What would take a simulated process out of the simulation, and what to do instead. Without names: all of the module that is not synchronous. */
const ESCAPES: readonly { readonly module: string; readonly names?: readonly string[]; readonly cure: string }[] = [
  { module: 'node:fs/promises', cure: 'use the synchronous fs functions for fixtures, or keep state in a simulated server' },
  { module: 'node:fs', cure: 'use the synchronous fs functions for fixtures, or keep state in a simulated server' },
  { module: 'node:net', names: ['connect', 'createConnection', 'createServer'], cure: 'reach servers through the ports that the context gives' },
  { module: 'node:tls', names: ['connect', 'createServer'], cure: 'reach servers through the ports that the context gives' },
  { module: 'node:dgram', names: ['createSocket'], cure: 'reach servers through the ports that the context gives' },
  { module: 'node:http', names: ['request', 'get', 'createServer'], cure: 'reach servers through the ports that the context gives' },
  { module: 'node:https', names: ['request', 'get', 'createServer'], cure: 'reach servers through the ports that the context gives' },
  { module: 'node:http2', names: ['connect', 'createServer', 'createSecureServer'], cure: 'reach servers through the ports that the context gives' },
  { module: 'node:dns', cure: 'name a simulated server instead' },
  { module: 'node:dns', names: ['Resolver'], cure: 'name a simulated server instead' },
  { module: 'node:dns/promises', names: ['Resolver'], cure: 'name a simulated server instead' },
  { module: 'node:dns/promises', cure: 'name a simulated server instead' },
  { module: 'node:worker_threads', names: ['Worker', 'MessageChannel', 'BroadcastChannel'], cure: 'run the code in a simulated process of its own' },
  { module: 'node:child_process', cure: 'run the code in a simulated process of its own' },
  { module: 'node:child_process', names: ['execSync', 'execFileSync', 'spawnSync'], cure: 'run the code in a simulated process of its own' },
  { module: 'node:crypto', names: ['pbkdf2', 'scrypt', 'hkdf', 'checkPrime'], cure: 'use the Sync form' },
  {
    module: 'node:crypto',
    names: ['randomFill', 'generateKey', 'generateKeyPair', 'generatePrime', 'generateKeySync', 'generateKeyPairSync', 'generatePrimeSync'],
    cure: 'make keys outside of the run, or from randomBytes',
  },
  { module: 'node:zlib', cure: 'use the Sync form' },
];

/** Functions that do their work at once though their names do not say so. */
const SYNCHRONOUS = ['crc32', 'getServers', 'setServers', 'getDefaultResultOrder', 'setDefaultResultOrder'];
const isAsynchronous = (name: string): boolean => /^[a-z]/.test(name) && !name.endsWith('Sync') && !SYNCHRONOUS.includes(name);

/** Makes every escape an error that names file and line, while an event of a run is being worked on; harmless otherwise. */
export function installGuards(): void {
  if (installed.has(globalThis)) return;
  installed.add(globalThis);
  const require = createRequire(import.meta.url);
  for (const { module, names, cure } of ESCAPES) {
    const exports = require(module) as Record<string, unknown>;
    for (const name of names ?? Object.keys(exports).filter(isAsynchronous)) guard(exports, name, `${module.slice('node:'.length)}.${name}`, cure);
  }
  const { Socket } = require('node:net') as { Socket: { prototype: Record<string, unknown> } };
  guard(Socket.prototype, 'connect', 'net.Socket.connect', 'reach servers through the ports that the context gives');
  // What zlib.createGzip and the like make; they themselves cannot be replaced.
  const { Gzip } = require('node:zlib') as { Gzip: { prototype: object } };
  const zlibBase = Object.getPrototypeOf(Object.getPrototypeOf(Gzip.prototype)) as Record<string, unknown>;
  guard(zlibBase, '_transform', 'a zlib stream', 'use the Sync form, or switch compression off in the run');
  const timer = setTimeout(() => undefined, 0);
  clearTimeout(timer);
  guard(Object.getPrototypeOf(timer) as Record<string, unknown>, 'refresh', 'a timer created outside of the simulation', 'set it inside the process');
  guard(process as unknown as Record<string, unknown>, 'exit', 'process.exit', 'let a crash fault end the process');
  guard(globalThis, 'fetch', 'fetch', 'reach servers through the ports that the context gives');
  guard(globalThis, 'MessageChannel', 'MessageChannel', 'use a promise');
  guard(globalThis, 'BroadcastChannel', 'BroadcastChannel', 'send through a simulated server');
  guard(globalThis, 'WebSocket', 'WebSocket', 'reach servers through the ports that the context gives');
  const { subtle } = globalThis.crypto;
  for (const name of Object.getOwnPropertyNames(Object.getPrototypeOf(subtle))) {
    if (name === 'constructor') continue;
    guard(subtle as unknown as Record<string, unknown>, name, `crypto.subtle.${name}`, 'use the synchronous functions of node:crypto');
  }
  syncBuiltinESMExports();
}

const installed = new WeakSet<object>();

/**
 * What does the work of a guarded function inside this world, for a call with these arguments: a simulated one; `real`, where all
 * that the real one leads to is simulated; null, when there is nothing and the call is an escape.
 */
export type StandIn = (world: World, args: readonly unknown[], real: Real) => ((...args: never[]) => unknown) | 'real' | null;

type Real = (...args: unknown[]) => unknown;

const standIns = new Map<string, StandIn>();

/** Lets `standIn` decide about calls of a guarded function, named as in the message of its escape. */
export function registerStandIn(shown: string, standIn: StandIn): void {
  standIns.set(shown, standIn);
}

function guard(owner: Record<string, unknown>, name: string, shown: string, cure: string): void {
  const real = owner[name];
  // A few cannot be replaced (zlib.createGzip); what they lead to can.
  if (typeof real !== 'function' || Object.getOwnPropertyDescriptor(owner, name)?.writable === false) return;
  const actor = (target: Real, args: readonly unknown[]): Real => {
    const world = activeWorld();
    if (world === null) return target;
    const standIn = standIns.get(shown)?.(world, args, target) ?? null;
    if (standIn === null) escape(shown, cure);
    return standIn === 'real' ? target : (standIn as Real);
  };
  owner[name] = new Proxy(real, {
    apply: (target, self, args: unknown[]) => Reflect.apply<unknown, unknown[], unknown>(actor(target as Real, args), self, args),
    construct(target, args: unknown[], newTarget) {
      const standIn = actor(target as Real, args);
      return (standIn === target ? Reflect.construct(target, args, newTarget) : standIn(...args)) as object;
    },
  });
}
