import { Search } from '../../sim/explore/search.js';
import { Digest, hashOf } from '../../sim/kernel/digest.js';
import { installGuards } from '../../sim/kernel/guards.js';
import { installVirtualGlobals } from '../../sim/kernel/virtual-globals.js';
import { workloads } from '../../sim/registry.js';

const SEEDS = 200;

// Prints one digest over 200 seeds of every workload, under our lock and under all faults of its envelope: for a Node of its own.
installVirtualGlobals();
installGuards();
const digests: Record<string, string> = {};
for (const workload of workloads.keys()) {
  const search = await Search.open({ workload, lock: 'redis', faults: 'all', fixed: {} });
  const whole = new Digest();
  for (let seed = 1; seed <= SEEDS; seed += 1) whole.mix(hashOf((await search.seed(seed)).digest, seed));
  digests[workload] = whole.value;
}
process.stdout.write(`${JSON.stringify({ node: process.version, digests })}\n`);
