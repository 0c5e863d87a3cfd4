import { Network } from '../../../sim/network.js';
import { SimRedis } from '../../../sim/ports/sim-redis.js';
import { createLuaRuntime } from '../../../sim/servers/redis/lua/lua-runtime.js';
import { redisServer } from '../../../sim/servers/redis/redis-server.js';
import { installGuards } from '../../../sim/kernel/guards.js';
import { installVirtualGlobals } from '../../../sim/kernel/virtual-globals.js';
import { World } from '../../../sim/kernel/world.js';
import type { Contender } from './contender.js';
import { drivePort } from './drive-port.js';
import type { Transcript } from './transcript.js';

/** So quick that virtual time passes by sleeping alone. In microseconds. */
const LATENCY = { base: 5, spread: 10 };

/** The simulated port, network and server: a world for each sequence. */
export async function simulatedContender(): Promise<Contender> {
  const lua = await createLuaRuntime();
  installVirtualGlobals();
  installGuards();
  let seed = 0;
  return {
    name: 'simulated',
    run: async (steps, scale, wallStartMs) => {
      const world = new World({ seed: (seed += 1) });
      const network = new Network(world, LATENCY);
      const server = world.process('redis', redisServer(network, lua).factory);
      let transcript: Transcript | undefined;
      const client = world.process('client', async (own) => {
        const port = new SimRedis(network, own, server);
        const clock = {
          elapsed: () => client.monotonic.at(world.now) / 1000,
          wall: () => Math.floor(client.wall.at(world.now) / 1000),
          sleep: (milliseconds: number) => new Promise<void>((resolve) => void own.setTimer(milliseconds * 1000, resolve)),
        };
        transcript = await drivePort(port, clock, scale, steps, 2);
      });
      for (const { wall } of [server, client]) wall.step(0, wallStartMs * 1000 - wall.at(0));
      server.start();
      client.start();
      const end = await world.run();
      if (end.kind === 'failed') throw end.error;
      if (transcript === undefined) throw new Error(`the simulated world came to its end (${end.kind}) before the sequence did`);
      return transcript;
    },
    close: () => Promise.resolve(),
  };
}
