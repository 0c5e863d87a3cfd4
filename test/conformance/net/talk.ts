import type net from 'node:net';

/** What one side of a connection saw, in order. */
export type Log = (...what: readonly unknown[]) => void;

export interface Where {
  readonly host: string;
  readonly port: number;
}

/**
 * Two ends of TCP, as ordinary code that runs on real sockets and on simulated ones alike. It waits for events rather than for
 * time, so that both show the same.
 */
export interface Talk {
  /** What is done; absent where nobody shall listen. */
  readonly server?: (log: Log) => net.Server;
  /** How many connections the server takes before it closes; 1 when absent. */
  readonly connections?: number;
  /** Resolves when all is over on this side. */
  readonly client: (where: Where, log: Log) => Promise<void>;
}

const EVENTS = ['connect', 'ready', 'end', 'finish', 'timeout', 'drain'] as const;

/** Writes down all that a socket tells, with the state that it says to be in; resolves when it has closed. */
export function follow(socket: net.Socket, log: Log): Promise<void> {
  for (const name of EVENTS) socket.on(name, () => log(name, state(socket)));
  socket.on('error', (error) => log('error', described(error), state(socket)));
  socket.on('data', (chunk: Buffer) => log('data', chunk.toString('latin1')));
  return closeOf(socket, log);
}

/** The same for a socket that nobody reads from. */
export function closeOf(socket: net.Socket, log: Log): Promise<void> {
  return new Promise((resolve) => {
    socket.on('close', (hadError) => {
      log('close', hadError, state(socket), `read ${socket.bytesRead}, written ${socket.bytesWritten}`);
      resolve();
    });
  });
}

const state = (socket: net.Socket): string =>
  [socket.readyState, socket.pending ? 'pending' : '', socket.connecting ? 'connecting' : '', socket.destroyed ? 'destroyed' : ''].filter(Boolean).join(' ');

/** All that a program can see of an error, without addresses. */
export function described(error: Error): unknown {
  const { name, message, code, errno, syscall, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  const { constructor } = error;
  return {
    name,
    class: constructor.name,
    message: message.replace(/[\d.:a-f]+:\d+/, 'HOST:PORT'),
    code,
    errno,
    syscall,
    address: typeof address,
    port: typeof port,
  };
}

/** For what no event tells: that a reset has come, where nobody reads. Far longer than it takes. */
export const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));
