import http from 'node:http';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import type { Incarnation } from '../../../../sim/kernel/process.js';
import { asClient, type NodeSite, runNode } from '../../../support/node-world.js';

const moduleAgent = new http.Agent({ keepAlive: true, maxSockets: 1 });

/** Answers with the port that the request came from: the same port, the same connection. */
const shop = (): void => void http.createServer((request, response) => response.end(`from ${request.socket.remotePort}`)).listen(80);

const get = (options: http.RequestOptions = {}): Promise<{ body: string; headers: http.IncomingHttpHeaders }> =>
  new Promise((resolve, reject) => {
    http
      .get('http://shop', options, (response) => void text(response).then((body) => resolve({ body, headers: response.headers }), reject))
      .on('error', reject);
  });

test('what Node keeps of a connection outside of its heap is freed with the run, though nobody closed it', async () => {
  const sockets: (Socket & { parser?: unknown })[] = [];
  let site: NodeSite | undefined;
  await asClient(
    () => get({ agent: moduleAgent }),
    { shop: () => void http.createServer((request, response) => sockets.push(request.socket) && response.end('well')).listen(80) },
    (made) => {
      site = made;
      // Before the server gives up the idle connection.
      made.world.at(50_000, 'stop', () => made.world.stop());
    },
  );
  expect(sockets.map(({ parser }) => parser)).toEqual([expect.anything()]);
  site?.hosts.release();
  expect(sockets.map(({ parser }) => parser)).toEqual([null]);
});

test('the header Date shows the clock of the process that answers; one of its own is left alone', async () => {
  const dates = await asClient(
    async () => {
      await new Promise((resolve) => setTimeout(resolve, 500_000));
      const { headers } = await get();
      return [headers.date, (await get({ path: '/own' })).headers.date, (await get({ path: '/head' })).headers.date];
    },
    {
      shop: () =>
        void http
          .createServer((request, response) => {
            if (request.url === '/own') response.setHeader('date', 'yesterday');
            if (request.url === '/head') response.writeHead(200, { DATE: 'tomorrow' });
            response.end();
          })
          .listen(80),
    },
  );
  expect(dates).toEqual(['Thu, 01 Jan 2026 00:08:20 GMT', 'yesterday', 'tomorrow']);
});

test.each([
  ['the global agent', undefined],
  ['an agent that a module made', moduleAgent],
] as const)('%s reuses connections within a life, never those of another process, life or run', async (_, agent) => {
  const run = async (): Promise<string[]> => {
    const seen: string[] = [];
    const client = async (own: Incarnation): Promise<void> => {
      for (let time = 0; time < 2; time++) seen.push(`${own.name} ${own.epoch} ${(await get({ agent })).body}`);
    };
    const { end } = await runNode({ shop, a: client, b: client }, ({ world }) => {
      world.at(50_000, 'restart', () => {
        world.processes[1]?.crash();
        world.processes[1]?.start();
      });
    });
    expect(end).toEqual({ kind: 'idle' });
    return seen.sort();
  };
  const expected = ['a 1 from 32768', 'a 1 from 32768', 'a 2 from 32769', 'a 2 from 32769', 'b 1 from 32768', 'b 1 from 32768'];
  expect(await run()).toEqual(expected);
  expect(await run()).toEqual(expected);
  expect(Object.keys({ ...moduleAgent.sockets, ...moduleAgent.freeSockets })).toEqual([]);
});

test("an agent of its own, and a global agent that it sets, are the life's", async () => {
  const real = http.globalAgent;
  const seen = await asClient(
    async () => {
      const agent = new http.Agent({ keepAlive: true });
      await get({ agent });
      const before = http.globalAgent;
      http.globalAgent = agent;
      const { body } = await get();
      return [Object.keys(agent.freeSockets), before === real, http.globalAgent === agent, body];
    },
    { shop },
  );
  expect(seen).toEqual([['shop:80:'], false, true, 'from 32768']);
  expect(http.globalAgent).toBe(real);
});

test('idle connections close by virtual time, and leave nothing behind in real time', async () => {
  const { end, world } = await runNode({ shop, client: async () => void (await get()) });
  expect(end).toEqual({ kind: 'idle' });
  // The server allows five seconds, and the client stays one below that.
  expect(Math.round(world.now / 1e6)).toBe(4);
  expect(process.getActiveResourcesInfo().filter((name) => /TCP|Server/.test(name))).toEqual([]);
});

test('a server closes several idle connections in the order in which they came', async () => {
  const order = async (): Promise<string[]> => {
    const { trace } = await runNode({
      shop: () => {
        const server = http.createServer((_, response) => response.end()).listen(80);
        setTimeout(() => server.close(), 1_000);
      },
      ...Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((name) => [name, async () => void (await get())])),
    });
    return trace.lines().flatMap(({ time, process, kind }) => (kind === 'close' && time < 1_100_000 ? [process] : []));
  };
  const first = await order();
  expect([...first].sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
  for (let time = 0; time < 5; time++) expect(await order()).toEqual(first);
});

test('fetch: pools of a life, no wait for real time, and the same digest twice', async () => {
  const bodies: string[] = [];
  const client = async (): Promise<void> => {
    for (let time = 0; time < 2; time++) bodies.push(await (await fetch('http://shop/')).text());
  };
  const one = await runNode({ shop, client });
  const two = await runNode({ shop, client }, undefined, { drain: 'immediate' });
  expect([one.end, two.end]).toEqual([{ kind: 'idle' }, { kind: 'idle' }]);
  expect(two.world.digest).toBe(one.world.digest);
  expect(bodies).toEqual(['from 32768', 'from 32768', 'from 32768', 'from 32768']);
});

test('fetch: a connection that is cut is told as undici tells it', async () => {
  const error = await asClient(() => fetch('http://shop/').catch((thrown: unknown) => thrown as Error), {
    shop: () => void http.createServer((request) => request.socket.destroy()).listen(80),
  });
  expect(error).toMatchObject({ message: 'fetch failed', cause: { name: 'SocketError', code: 'UND_ERR_SOCKET' } });
});
