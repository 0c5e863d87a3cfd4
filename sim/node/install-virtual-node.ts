import { syncBuiltinESMExports } from 'node:module';
import { installGuards } from '../kernel/guards.js';
import { installVirtualGlobals } from '../kernel/virtual-globals.js';
import { installCures } from './not-simulated.js';
import { installPackageManifests } from './package-manifest.js';
import { installVirtualConsole } from './virtual-console.js';
import { installVirtualDns } from './virtual-dns.js';
import { installVirtualFetch } from './virtual-fetch.js';
import { installVirtualHttp } from './virtual-http.js';
import { installVirtualNet } from './virtual-net.js';
import { installVirtualProcess } from './virtual-process.js';

/**
 * Ordinary Node code in simulated processes: `net` and `http` clients and servers, name look-up, console, `process.exit`.
 *
 * How to switch it on:
 *
 *     installVirtualNode();                          // once and early, before the code under test is loaded
 *     const world = new World({ seed });
 *     const network = new Network(world);
 *     attachNodeHosts(world, network);               // for each world (sim/node/node-hosts.ts)
 *     world.process('shop', () => startShop()).start();
 *
 * All state belongs to a life of a process (`Incarnation`), and goes with it, but for what Node keeps outside of its heap: whoever
 * makes many worlds calls `NodeHosts.release` at the end of each.
 * In a world without `attachNodeHosts`, all of it stays the escape error that it is there (see `installGuards`), and
 * outside of a run Node is what it always was.
 *
 * A process is reached by its name, by its address (`10.0.0.N`), and by `localhost` where it is the only one that listens on
 * a port. What is sent on a connection is an immutable `Uint8Array`, or null for the end of one direction (a FIN); a simulated
 * server that speaks bytes uses `network.listen(own, accept, port)` directly.
 */
export function installVirtualNode(): void {
  installVirtualGlobals();
  installGuards();
  if (installed.has(globalThis)) return;
  installed.add(globalThis);
  installVirtualNet();
  installVirtualDns();
  installVirtualHttp();
  installVirtualFetch();
  installVirtualConsole();
  installVirtualProcess();
  installCures();
  installPackageManifests();
  syncBuiltinESMExports();
}

const installed = new WeakSet<object>();
