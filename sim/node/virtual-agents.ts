import http from 'node:http';
import type { Incarnation } from '../kernel/process.js';
import { runningNode } from './node-hosts.js';

/** What every agent shares; the types of Node leave some of it out. */
interface AgentPrototype {
  on: (event: string | symbol, listener: unknown) => unknown;
  addRequest: (...args: unknown[]) => void;
  destroy: () => void;
}

/** The life in which an agent was made; null in real time. */
const makers = new WeakMap<http.Agent, Incarnation | null>();

/** For each life, what it uses instead of agents that are not its own. */
const twins = new WeakMap<Incarnation, Map<http.Agent, http.Agent>>();

/** What may have been set on an agent after it was made. */
const SETTINGS = ['maxSockets', 'maxFreeSockets', 'maxTotalSockets', 'keepAlive', 'keepAliveMsecs', 'scheduling', 'createConnection'] as const;

/**
 * An agent keeps sockets. The global one, and those that modules make when they are loaded, would hand sockets of one process to
 * another, or of one run to the next. So each life of a process has a twin of its own for every agent that it did not make.
 */
export function installVirtualAgents(): void {
  const prototype = http.Agent.prototype as unknown as AgentPrototype;
  const { on, addRequest, destroy } = prototype;
  // The one thing that every agent does on itself while it is made, also in subclasses and where `Agent` was captured before.
  prototype.on = function (this: http.Agent, event, listener) {
    if (event === 'free' && !makers.has(this)) makers.set(this, runningNode()?.own ?? null);
    return on.call(this, event, listener);
  };
  prototype.addRequest = function (this: http.Agent, ...args) {
    addRequest.apply(ownAgent(this), args);
  };
  prototype.destroy = function (this: http.Agent) {
    destroy.call(ownAgent(this));
  };
  installGlobalAgent();
}

/** `http.globalAgent`, and what a process sets it to, are the process's own. */
function installGlobalAgent(): void {
  const global = http.globalAgent;
  const real = Object.getOwnPropertyDescriptor(http, 'globalAgent');
  if (real?.get === undefined || real.set === undefined || real.configurable !== true) return;
  Object.defineProperty(http, 'globalAgent', {
    ...real,
    get: () => (runningNode() === null ? (real.get?.call(http) as http.Agent) : ownAgent(global)),
    set: (agent: http.Agent) => {
      const node = runningNode();
      if (node === null) real.set?.call(http, agent);
      else twinsOf(node.own).set(global, agent);
    },
  });
}

function ownAgent(agent: http.Agent): http.Agent {
  const node = runningNode();
  // What a subclass keeps beside the sockets cannot be known: it stays one, and a socket of another life in it is an escape.
  if (node === null || makers.get(agent) === node.own || Object.getPrototypeOf(agent) !== http.Agent.prototype) return agent;
  const known = twinsOf(node.own);
  let twin = known.get(agent);
  if (twin === undefined) {
    twin = new http.Agent((agent as unknown as { options: http.AgentOptions }).options);
    for (const name of SETTINGS) if (Object.hasOwn(agent, name)) Object.assign(twin, { [name]: Reflect.get(agent, name) as unknown });
    known.set(agent, twin);
  }
  return twin;
}

function twinsOf(own: Incarnation): Map<http.Agent, http.Agent> {
  let known = twins.get(own);
  if (known === undefined) twins.set(own, (known = new Map<http.Agent, http.Agent>()));
  return known;
}
