import { beforeAll, expect, test } from 'vitest';
import type { Incarnation } from '../../../../../sim/kernel/process.js';
import type { World } from '../../../../../sim/kernel/world.js';
import { type Endpoint, Network } from '../../../../../sim/network.js';
import { createLuaRuntime, type LuaRuntime } from '../../../../../sim/servers/redis/lua/lua-runtime.js';
import { redisServer, type RedisMemory, type RedisServerOptions } from '../../../../../sim/servers/redis/redis-server.js';
import { attachRedisWire } from '../../../../../sim/wire/redis/attach-redis-wire.js';
import { runWorld } from '../../../../support/run-world.js';

let lua: LuaRuntime;
beforeAll(async () => {
  lua = await createLuaRuntime();
});

const PORT = 6379;

interface Stage {
  readonly world: World;
  readonly memory: RedisMemory;
  readonly restart: () => void;
  /** A millisecond later. */
  readonly later: (callback: () => void) => void;
  /** Opens a connection to a port of the server. */
  readonly dial: (port?: number) => Endpoint;
}

/** A client and a server; what the client hears is written down: text, or how its connection ended. */
async function converse(client: (stage: Stage) => void, options: Omit<RedisServerOptions, 'tcp'> = {}): Promise<string[]> {
  const heard: string[] = [];
  const { end } = await runWorld(
    (world) => {
      const network = new Network(world);
      const { factory, memory } = redisServer(network, lua, { ...options, tcp: { port: PORT, attach: attachRedisWire } });
      const server = world.process('redis', factory);
      const start = (own: Incarnation): void => {
        const dial = (port = PORT): Endpoint => {
          const hear = (payload: unknown): void => void heard.push(payload instanceof Uint8Array ? Buffer.from(payload).toString('latin1') : String(payload));
          return network.connect(own, server, { message: hear, closed: hear }, port);
        };
        const restart = (): void => {
          server.crash();
          server.start();
        };
        client({ world, memory, restart, later: (callback) => void own.setTimer(1000, callback), dial });
      };
      server.start();
      world.process('client', start).start();
    },
    { seed: 1 },
  );
  expect(end).toEqual({ kind: 'idle' });
  return heard;
}

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

test('bytes are answered by bytes, and the end of what the client sends by the end of the connection', async () => {
  const heard = await converse(({ dial }) => {
    const endpoint = dial();
    endpoint.send(bytes('PING\r\nGE'));
    endpoint.send(bytes('T a\r\n'));
    endpoint.send(null);
  });
  expect(heard).toEqual(['+PONG\r\n', '$-1\r\n', 'ended']);
});

test('only its port speaks bytes', async () => {
  expect(await converse(({ dial }) => void dial(PORT + 1).send(bytes('PING\r\n')))).toEqual(['refused']);
});

test('CLIENT PAUSE takes time of the server', async () => {
  let world: World | undefined;
  const heard = await converse((stage) => {
    ({ world } = stage);
    stage.dial().send(bytes('CLIENT PAUSE 5000\r\nQUIT\r\n'));
  });
  expect(heard).toEqual(['+OK\r\n', '+OK\r\n', 'ended']);
  expect(world?.now).toBeGreaterThan(5_000_000);
});

test('a test may run commands at the server itself, and sees what its clients see', async () => {
  const seen: unknown[] = [];
  const heard = await converse(
    ({ memory, dial }) => {
      expect(() => memory.run(['INCR', 'k', 'x'])).toThrow("INCR k x: ERR wrong number of arguments for 'incr' command");
      memory.run(['SET', 'k', 'ü']);
      memory.run(['RPUSH', 'l', 'a', 'b']);
      seen.push(memory.run(['GET', 'k']), memory.run(['LRANGE', 'l', '0', '-1']), memory.run(['GET', 'none']), memory.run(['STRLEN', 'k']));
      dial().send(bytes('GET k\r\nAUTH secret\r\nGET k\r\nQUIT\r\n'));
    },
    { password: 'secret' },
  );
  expect(seen).toEqual(['ü', ['a', 'b'], null, 2]);
  expect(heard).toEqual(['-NOAUTH Authentication required.\r\n+OK\r\n$2\r\n\xc3\xbc\r\n+OK\r\n', 'ended']);
});

test('what a test publishes reaches subscribers', async () => {
  const heard = await converse(({ memory, dial, later }) => {
    const endpoint = dial();
    endpoint.send(bytes('SUBSCRIBE c\r\n'));
    later(() => expect(memory.run(['PUBLISH', 'c', 'x'])).toBe(1));
  });
  expect(heard).toEqual(['*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n', '*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\nx\r\n']);
});

test.each([
  [true, '1'],
  [false, null],
])('after a restart, durable %j: GET answers %j', async (durable, answer) => {
  let seen: unknown;
  await converse(
    ({ memory, restart, later }) => {
      memory.run(['SET', 'k', '1']);
      restart();
      expect(() => memory.run(['GET', 'k'])).toThrow('cannot run GET k: the server is down');
      later(() => void (seen = memory.run(['GET', 'k'])));
    },
    { durable },
  );
  expect(seen).toBe(answer);
});
