import type { EscapeError } from '../../sim/kernel/escape-error.js';
import type { Incarnation } from '../../sim/kernel/process.js';
import { Trace } from '../../sim/kernel/trace.js';
import { type RunEnd, World, type WorldOptions } from '../../sim/kernel/world.js';
import { Network } from '../../sim/network.js';
import { installVirtualNode } from '../../sim/node/install-virtual-node.js';
import { attachNodeHosts, type NodeHosts } from '../../sim/node/node-hosts.js';

export interface NodeRun {
  readonly end: RunEnd;
  readonly world: World;
  readonly trace: Trace;
}

export interface NodeSite {
  readonly world: World;
  readonly network: Network;
  readonly hosts: NodeHosts;
}

/** Runs ordinary Node code in processes of the given names, each started at once. */
export async function runNode(
  processes: Readonly<Record<string, (own: Incarnation) => unknown>>,
  around: (site: NodeSite) => void = () => undefined,
  options: Partial<WorldOptions> = {},
): Promise<NodeRun> {
  installVirtualNode();
  const trace = new Trace();
  const world = new World({ seed: 1, trace, ...options });
  const network = new Network(world);
  const hosts = attachNodeHosts(world, network);
  for (const [name, start] of Object.entries(processes)) world.process(name, async (own) => void (await start(own))).start();
  around({ world, network, hosts });
  return { end: await world.run(), world, trace };
}

/** Runs `client` beside other processes, and gives back what it returns; what it throws is thrown. */
export async function asClient<Value>(
  client: (own: Incarnation) => Promise<Value> | Value,
  others: Parameters<typeof runNode>[0] = {},
  around?: Parameters<typeof runNode>[1],
): Promise<Value> {
  let value: { is: Value } | undefined;
  const { end } = await runNode({ ...others, client: async (own) => void (value = { is: await client(own) }) }, around);
  if (end.kind === 'failed') throw end.error;
  if (value === undefined) throw new Error(`the client did not come to its end: ${end.kind}`);
  return value.is;
}

/** The escape that ends a run of these processes. */
export async function failure(processes: Parameters<typeof runNode>[0]): Promise<EscapeError> {
  const { end } = await runNode(processes);
  if (end.kind !== 'failed') throw new Error(`the run did not fail: ${end.kind}`);
  return end.error as EscapeError;
}
