import net from 'node:net';
import { closeOf, described, follow, settled, type Talk } from './talk.js';

type OnSocket = (socket: net.Socket, log: Parameters<typeof follow>[1]) => void;

/** A server that follows each connection, and does `more` with it. */
const serving =
  (more: OnSocket = () => undefined, options: net.ServerOpts = {}): NonNullable<Talk['server']> =>
  (log) =>
    net.createServer(options, (socket) => {
      void follow(socket, log);
      more(socket, log);
    });

/** A client that follows its connection, and does `more` with it at once. */
const dialing =
  (more: OnSocket = () => undefined, options: Partial<net.NetConnectOpts> = {}): Talk['client'] =>
  (where, log) => {
    const socket = net.connect({ ...where, ...options } as net.NetConnectOpts);
    const over = follow(socket, log);
    more(socket, log);
    return over;
  };

export const talks: Readonly<Record<string, Talk>> = {
  'the client says something and ends': { server: serving(), client: dialing((socket) => socket.end('hello')) },

  'the server says something and ends': { server: serving((socket) => socket.end('hello')), client: dialing() },

  'an echo, piped': {
    server: (log) =>
      net.createServer((socket) => {
        void closeOf(socket, log);
        socket.pipe(socket);
      }),
    client: dialing((socket) => {
      socket.write('one');
      socket.once('data', () => socket.end('two'));
    }),
  },

  'a half-open server answers after the client has ended': {
    server: serving((socket) => socket.on('end', () => setTimeout(() => socket.end('late answer'), 5)), { allowHalfOpen: true }),
    client: dialing((socket) => socket.end('question')),
  },

  'a half-open client goes on after the server has ended': {
    server: serving((socket) => socket.end('that was it'), { allowHalfOpen: true }),
    client: dialing((socket) => socket.on('end', () => socket.end('one more thing')), { allowHalfOpen: true }),
  },

  'the client destroys the connection once it stands': { server: serving(), client: dialing((socket) => socket.on('connect', () => socket.destroy())) },

  'the client destroys it with an error': {
    server: serving(),
    client: dialing((socket) => socket.on('connect', () => socket.destroy(new Error('enough')))),
  },

  'the client destroys it before it stands': { server: serving(), client: dialing((socket) => socket.destroy()) },

  'the server destroys it': { server: serving((socket) => socket.destroy()), client: dialing() },

  'the server destroys it after an answer': {
    server: serving((socket) => socket.on('data', () => socket.write('answer', () => socket.destroy()))),
    client: dialing((socket) => socket.write('question')),
  },

  'the server destroys what it has not read': {
    server: (log) =>
      net.createServer({ pauseOnConnect: true }, (socket) => {
        void closeOf(socket, log);
        void settled().then(() => socket.destroy());
      }),
    client: dialing((socket) => socket.write('nobody reads this')),
  },

  'the client resets': { server: serving(), client: dialing((socket) => socket.on('connect', () => socket.resetAndDestroy())) },

  'the server resets': { server: serving((socket) => socket.on('data', () => socket.resetAndDestroy())), client: dialing((socket) => socket.write('hello')) },

  'nobody listens': { client: dialing() },

  'nobody listens, and something was written': { client: dialing((socket, log) => socket.write('lost', (error) => log('written', error && described(error)))) },

  'writing on after the other side is gone': {
    server: serving((socket) => socket.destroy()),
    client: dialing(
      (socket, log) =>
        socket.on('end', () => {
          void (async () => {
            socket.write('into the void', (error) => log('written', error && described(error)));
            await settled();
            socket.write('refused', (error) => log('written', error && described(error)));
          })();
        }),
      { allowHalfOpen: true },
    ),
  },

  'writing after the own end': {
    server: serving(),
    client: dialing((socket, log) => {
      socket.end('last');
      socket.write('too late', (error) => log('written', error && described(error)));
    }),
  },

  'writing when the other side has ended': {
    server: serving((socket) => socket.end()),
    client: dialing((socket, log) => socket.on('end', () => socket.write('too late', (error) => log('written', error && described(error))))),
  },

  'writing to a destroyed socket': {
    server: serving(),
    client: dialing((socket, log) =>
      socket.on('connect', () => {
        socket.destroy();
        socket.write('too late', (error) => log('written', error && described(error)));
      }),
    ),
  },

  'callbacks of writes before and after the connection stands': {
    server: serving(),
    client: dialing((socket, log) => {
      socket.write('a', () => log('a written'));
      socket.write(Buffer.from('b'), () => log('b written'));
      socket.on('connect', () => {
        socket.cork();
        socket.write('c', () => log('c written'));
        socket.write(new Uint8Array([100]), () => log('d written'));
        socket.uncork();
        socket.end(() => log('ended'));
      });
    }),
  },

  encodings: {
    server: serving(),
    client: dialing((socket) => {
      socket.write('6869', 'hex');
      socket.write('aGk=', 'base64');
      socket.end('\u00e9', 'latin1');
    }),
  },

  'a time-out of silence': {
    server: serving(),
    client: dialing((socket) => socket.setTimeout(30, () => socket.end())),
  },

  'a time-out that was taken back': {
    server: serving(),
    client: dialing((socket, log) => {
      const timedOut = (): void => log('must not be');
      socket.setTimeout(20, timedOut);
      socket.setTimeout(0, timedOut);
      setTimeout(() => socket.end(), 60);
    }),
  },

  'bad time-outs': {
    client: async (_, log) => {
      for (const ms of [-1, NaN, Infinity, '1', null]) {
        try {
          new net.Socket().setTimeout(ms as number);
        } catch (error) {
          log(String(ms), described(error as Error));
        }
      }
    },
  },

  'bad addresses': {
    client: async (_, log) => {
      for (const options of [{ port: 70_000 }, { port: 'x' }, {}, { port: 1, localAddress: 'nowhere' }, { port: 1, lookup: 1 }, { port: true }]) {
        const socket = new net.Socket();
        try {
          socket.connect(options as unknown as net.TcpSocketConnectOpts);
        } catch (error) {
          log(described(error as Error));
        }
      }
    },
  },

  'a look-up of its own': {
    server: serving((socket) => socket.end()),
    client: ({ host, port }, log) => {
      const lookup: net.LookupFunction = (name, _, done) => {
        log('looks up', name);
        process.nextTick(done, null, host, 4);
      };
      const socket = net.connect({ host: 'a.name', port, lookup, autoSelectFamily: false });
      socket.on('lookup', (error, _address, family, name) => log('lookup', error, family, name));
      return follow(socket, log);
    },
  },

  'a look-up that fails': {
    client: ({ port }, log) =>
      follow(net.connect({ host: 'a.name', port, autoSelectFamily: false, lookup: (_, __, done) => done(new Error('no such name'), '', 0) }), log),
  },

  'an aborted signal': {
    server: serving(),
    client: ({ host, port }, log) => {
      const controller = new AbortController();
      const socket = net.connect({ host, port, signal: controller.signal } as net.NetConnectOpts);
      socket.on('connect', () => controller.abort());
      return follow(socket, log);
    },
  },

  'a second life of the same socket': {
    server: () => net.createServer((socket) => socket.resume().end('hello')),
    connections: 2,
    client: async (where, log) => {
      const socket = new net.Socket();
      await follow(socket.connect(where.port, where.host), log);
      await new Promise((resolve) => socket.connect(where.port, where.host).once('close', resolve));
    },
  },

  'a reader that pauses gets all of it': {
    server: serving((socket) => {
      for (let at = 0; at < 40; at++) socket.write(Buffer.alloc(50_000, 97 + (at % 26)));
      socket.end();
    }),
    client: ({ host, port }, log) =>
      new Promise((resolve) => {
        const socket = net.connect(port, host);
        let bytes = 0;
        socket.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          socket.pause();
          setImmediate(() => socket.resume());
        });
        socket.on('end', () => log('end', bytes));
        socket.on('close', (hadError) => {
          log('close', hadError, bytes, socket.bytesRead);
          resolve();
        });
      }),
  },

  'with onread': {
    server: serving((socket) => socket.end('some more than fits')),
    client: ({ host, port }, log) => {
      let text = '';
      const onread = {
        buffer: Buffer.alloc(4),
        callback: (length: number, buffer: Uint8Array) => (text += Buffer.from(buffer.subarray(0, length)).toString()) !== '',
      };
      const socket = net.connect({ host, port, onread });
      socket.on('end', () => log('end', text));
      return closeOf(socket, log);
    },
  },

  'more connections than the server takes': {
    server: (log) => {
      const server = net.createServer((socket) => void follow(socket, log));
      server.maxConnections = 1;
      return server.on('drop', (data) => log('drop', Object.keys(data ?? {})));
    },
    client: async (where, log) => {
      const first = net.connect(where);
      await new Promise((resolve) => first.once('connect', resolve));
      await follow(net.connect(where), log);
      first.end();
      await closeOf(first.resume(), log);
    },
  },

  'a server that is closed serves who is there': {
    server: (log) => {
      const server = net.createServer((socket) => {
        void follow(socket, log);
        server.close((error) => log('server closed', error));
        server.close((error) => log('again', error && described(error)));
        log('listening', server.listening, server.address());
        setTimeout(() => socket.end('good-bye'), 5);
      });
      return server;
    },
    client: dialing(),
  },

  'what a server cannot listen on': {
    client: async (_, log) => {
      const first = net.createServer().listen(0, '127.0.0.1');
      await new Promise((resolve) => first.once('listening', resolve));
      const { port } = first.address() as net.AddressInfo;
      const second = net.createServer();
      const failed = new Promise<Error>((resolve) => second.once('error', resolve));
      second.listen(port, '127.0.0.1');
      log(described(await failed), second.listening);
      try {
        first.listen(port);
      } catch (error) {
        log(described(error as Error));
      }
      await new Promise((resolve) => first.close(resolve));
      log(first.listening);
    },
  },

  addresses: {
    server: (log) =>
      net.createServer((socket) => {
        void closeOf(socket.resume(), log);
        log(socket.remoteFamily, typeof socket.remotePort, Object.keys(socket.address()));
      }),
    client: (where, log) => {
      const socket = net.connect(where);
      log(socket.remoteAddress, socket.localPort, socket.address(), socket.readyState);
      socket.on('connect', () => {
        log(socket.remotePort === where.port, socket.remoteAddress === where.host, socket.remoteFamily, typeof socket.localPort);
        socket.end();
      });
      return closeOf(socket.resume(), log).then(() => log(typeof socket.remoteAddress, socket.localPort, socket.readyState));
    },
  },
};
