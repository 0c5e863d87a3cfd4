import http from 'node:http';
import { text } from 'node:stream/consumers';
import { described, settled, type Log, type Talk, type Where } from './talk.js';

const url = ({ host, port }: Where, path = '/'): string => `http://${host}:${port}${path}`;

/** One request; logs all that it tells, and resolves when it is over. */
function ask(
  where: Where,
  log: Log,
  options: http.RequestOptions = {},
  act: (request: http.ClientRequest) => void = (request) => request.end(),
): Promise<void> {
  return new Promise((resolve) => {
    const request = http.request(url(where), options);
    for (const name of ['timeout', 'abort', 'continue', 'upgrade'] as const) request.on(name, () => log(name));
    request.on('error', (error) => log('error', described(error)));
    request.on('close', () => {
      log('close', request.destroyed, request.reusedSocket);
      resolve();
    });
    request.on('response', (response) => {
      const { date, ...headers } = response.headers;
      log('response', response.statusCode, headers, typeof date);
      for (const name of ['aborted', 'end', 'close'] as const) response.on(name, () => log(`response ${name}`, response.complete));
      response.on('error', (error) => log('response error', described(error)));
      response.on('data', (chunk: Buffer) => log('data', chunk.toString()));
    });
    act(request);
  });
}

/** What becomes of requests at the server. */
function answering(log: Log, answer: (request: http.IncomingMessage, response: http.ServerResponse) => void): http.Server {
  return http.createServer((request, response) => {
    for (const name of ['aborted', 'error', 'close'] as const) request.on(name, (error?: Error) => log(`request ${name}`, error && described(error)));
    for (const name of ['finish', 'close'] as const) response.on(name, () => log(`answer ${name}`, response.writableFinished));
    answer(request, response);
  });
}

const keeping = (): http.Agent => new http.Agent({ keepAlive: true });

export const httpTalks: Readonly<Record<string, Talk>> = {
  'a request': {
    server: (log) => answering(log, (request, response) => response.end(`${request.method} ${request.url}`)),
    client: (where, log) => ask(where, log, { agent: false }),
  },

  'a body both ways, in chunks': {
    server: (log) => answering(log, (request, response) => void request.pipe(response)),
    client: (where, log) =>
      ask(where, log, { method: 'POST', agent: false }, (request) => {
        request.write('one ');
        request.write('two ');
        request.end('three');
      }),
  },

  'two requests on one connection': {
    server: (log) => answering(log, (_, response) => response.end('answer')),
    client: async (where, log) => {
      const agent = keeping();
      await ask(where, log, { agent });
      await ask(where, log, { agent });
      agent.destroy();
    },
  },

  'three requests that must share one connection': {
    server: (log) => answering(log, (_, response) => response.end('answer')),
    client: async (where, log) => {
      const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
      await Promise.all([ask(where, log, { agent }), ask(where, log, { agent }), ask(where, log, { agent })]);
      agent.destroy();
    },
  },

  'the server hangs up': { server: (log) => answering(log, (request) => request.socket.destroy()), client: (where, log) => ask(where, log, { agent: false }) },

  'the server hangs up in the middle of an answer': {
    server: (log) =>
      answering(log, (request, response) => {
        response.writeHead(200, { 'content-length': 100 });
        response.write('half', () => setImmediate(() => request.socket.destroy()));
      }),
    client: (where, log) => ask(where, log, { agent: false }),
  },

  'the client gives up': {
    server: (log) => answering(log, () => log('asked')),
    client: (where, log) =>
      ask(where, log, { agent: false }, (request) => {
        request.end();
        request.setTimeout(30, () => request.destroy(new Error('too slow')));
      }),
  },

  'the client gives up before it begins': {
    server: (log) => answering(log, () => log('asked')),
    client: (where, log) =>
      ask(where, log, { agent: false }, (request) => {
        request.end();
        request.destroy();
      }),
  },

  'nobody listens': { client: (where, log) => ask(where, log, { agent: false }) },

  'the server asks to go on': {
    server: (log) => answering(log, (request, response) => void request.pipe(response)),
    client: (where, log) =>
      ask(where, log, { method: 'PUT', agent: false, headers: { expect: '100-continue' } }, (request) => {
        request.flushHeaders();
        request.on('continue', () => request.end('the body'));
      }),
  },

  'another protocol': {
    server: (log) =>
      http.createServer().on('upgrade', (request, socket) => {
        log('upgrade', request.headers.upgrade);
        socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n');
        socket.pipe(socket);
      }),
    client: (where, log) =>
      new Promise((resolve) => {
        const request = http.request(url(where), { agent: false, headers: { connection: 'Upgrade', upgrade: 'echo' } }).end();
        request.on('upgrade', (response, socket) => {
          log('upgrade', response.statusCode);
          socket.on('data', (chunk: Buffer) => log('data', chunk.toString()));
          socket.on('close', resolve);
          socket.end('raw bytes');
        });
      }),
  },

  'what is no HTTP': {
    server: (log) =>
      http.createServer().on('clientError', (error: NodeJS.ErrnoException, socket) => {
        log('clientError', error.code);
        socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
      }),
    client: (where, log) =>
      ask(where, log, { agent: false, method: 'GET' }, (request) => {
        request.on('socket', (socket) => socket.on('connect', () => socket.write('\r\nnonsense\r\n\r\n')));
      }),
  },

  'a server that closes while a connection is idle': {
    server: (log) => {
      const server = answering(log, (_, response) => response.end('answer'));
      server.on('close', () => log('server closed'));
      return server.on('request', (_, response) => response.on('close', () => setTimeout(() => server.close(), 20)));
    },
    client: async (where, log) => {
      const agent = keeping();
      await ask(where, log, { agent });
      await new Promise((resolve) => setTimeout(resolve, 60));
      log('idle', Object.keys(agent.freeSockets).length);
    },
  },

  'a connection that the server kept long enough': {
    server: (log) => {
      const server = answering(log, (_, response) => response.end('answer'));
      server.on('connection', () => log('connection'));
      return Object.assign(server, { keepAliveTimeout: 1, keepAliveTimeoutBuffer: 0 });
    },
    connections: 2,
    client: async (where, log) => {
      const agent = keeping();
      await ask(where, log, { agent });
      // Node 20 adds a second to what was asked for.
      await new Promise((resolve) => setTimeout(resolve, 1_200));
      await ask(where, log, { agent });
      agent.destroy();
    },
  },
};

/** By the results alone: under the real `fetch` is another http client than under the simulated one. */
export const fetchTalks: Readonly<Record<string, Talk>> = {
  'fetch: answers': {
    server: () =>
      http.createServer((request, response) => {
        void text(request).then((body) => response.writeHead(201, { 'x-test': 'a', connection: 'close' }).end(`${request.method} ${request.url} ${body}`));
      }),
    connections: 3,
    client: async (where, log) => {
      for (const init of [
        {},
        { method: 'POST', body: 'text' },
        { method: 'PUT', body: JSON.stringify({ a: 1 }), headers: { 'content-type': 'application/json' } },
      ]) {
        const response = await fetch(url(where, '/path?a=b'), init);
        log(response.status, response.statusText, response.headers.get('x-test'), await response.text(), response.url === url(where, '/path?a=b'));
      }
    },
  },

  'fetch: follows': {
    server: () =>
      http.createServer((request, response) => {
        if (request.url === '/') response.writeHead(302, { location: '/there', connection: 'close' }).end();
        else response.writeHead(200, { connection: 'close' }).end(request.url);
      }),
    connections: 2,
    client: async (where, log) => {
      const response = await fetch(url(where));
      log(response.status, response.redirected, await response.text());
    },
  },

  'fetch: refused': { client: (where, log) => failing(fetch(url(where)), log) },

  'fetch: hung up': { server: () => http.createServer((request) => request.socket.destroy()), client: (where, log) => failing(fetch(url(where)), log) },

  'fetch: hung up in the middle': {
    server: () =>
      http.createServer((request, response) => {
        response.writeHead(200, { 'content-length': 100 });
        response.write('half', () => void settled().then(() => request.socket.destroy()));
      }),
    client: async (where, log) => {
      const response = await fetch(url(where));
      log(response.status);
      await failing(response.text(), log);
    },
  },

  'fetch: given up': {
    server: () => http.createServer(() => undefined),
    client: (where, log) => failing(fetch(url(where), { signal: AbortSignal.timeout(30) }), log),
  },

  'fetch: aborted before': { client: (where, log) => failing(fetch(url(where), { signal: AbortSignal.abort() }), log) },
};

async function failing(promise: Promise<unknown>, log: Log): Promise<void> {
  const error = await promise.then(
    () => new Error('nothing failed'),
    (thrown: Error) => thrown,
  );
  const cause = error.cause as NodeJS.ErrnoException | undefined;
  log(error.name, error.message, cause?.name, cause?.code, cause?.syscall);
}
