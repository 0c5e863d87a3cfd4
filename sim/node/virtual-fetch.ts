import http from 'node:http';
import { escape } from '../kernel/escape-error.js';
import { registerStandIn } from '../kernel/guards.js';
import type { Incarnation } from '../kernel/process.js';
import { runningNode } from './node-hosts.js';

/** What `fetch` hands to its dispatcher: as much of undici, which is in Node but is no module that could be imported, as is used here. */
interface DispatchOptions {
  readonly origin: string;
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AsyncIterable<Uint8Array> | null;
}

interface DispatchHandler {
  onConnect(abort: (reason?: Error) => void): void;
  onHeaders(status: number, headers: readonly Buffer[], resume: () => void, statusText: string): boolean;
  onData(chunk: Buffer): boolean | undefined;
  onComplete(trailers: readonly Buffer[]): void;
  onError(error: Error): void;
}

/** What `fetch` asks for by itself. Its answer would be unpacked by another thread, so here servers send it as it is. */
const USUAL_ENCODINGS = 'gzip, deflate';

/** So long undici keeps a connection that nobody uses. */
const IDLE_MS = 4_000;

/** For each life, its own pool of connections. */
const agents = new WeakMap<Incarnation, http.Agent>();

/**
 * `fetch` in simulated processes: all that the standard says is Node's own; the messages go through the simulated `http`, as
 * undici keeps connections, a clock and a parser from another thread that no run could share with the next.
 */
export function installVirtualFetch(): void {
  registerStandIn('fetch', (_world, _args, real) => {
    if (runningNode() === null) return null;
    return (input: unknown, init: object = {}) => {
      // Here, where the code that asks for it can be named.
      refuseTls(input instanceof Request ? input.url : String(input));
      return real(input, { ...init, dispatcher: { dispatch } });
    };
  });
}

function dispatch({ origin, path, method, headers, body }: DispatchOptions, handler: DispatchHandler): boolean {
  const node = runningNode();
  // Undici asks within the same event, or after a redirection.
  if (node === null) throw new Error(`fetch of ${origin} went on after its run`);
  refuseTls(origin);
  const asked = Object.entries(headers).filter(([name, value]) => name.toLowerCase() !== 'accept-encoding' || value !== USUAL_ENCODINGS);
  const request = http.request(origin, { path, method, headers: Object.fromEntries(asked), agent: agentOf(node.own) });
  let isOver = false;
  const fail = (error: Error): void => {
    if (!isOver) handler.onError(asUndici(error));
    isOver = true;
    request.destroy();
  };
  request.on('error', fail);
  request.on('response', (response) => {
    response.on('error', fail);
    const raw = response.rawHeaders.map((text) => Buffer.from(text, 'latin1'));
    handler.onHeaders(response.statusCode ?? 0, raw, () => response.resume(), response.statusMessage ?? '');
    response.on('data', (chunk: Buffer) => {
      if (!isOver && handler.onData(chunk) === false) response.pause();
    });
    response.on('end', () => {
      if (!isOver) handler.onComplete([]);
      isOver = true;
    });
  });
  handler.onConnect((reason) => fail(reason ?? new DOMException('This operation was aborted', 'AbortError')));
  if (!isOver) send(request, body).catch(fail);
  return true;
}

function refuseTls(url: string): void {
  if (url.startsWith('https:')) escape(`fetch of ${url}`, 'TLS is not simulated: use http: inside the run');
}

async function send(request: http.ClientRequest, body: DispatchOptions['body']): Promise<void> {
  if (body !== null) for await (const chunk of body) if (!request.destroyed) request.write(chunk);
  request.end();
}

function agentOf(own: Incarnation): http.Agent {
  let agent = agents.get(own);
  if (agent === undefined) agents.set(own, (agent = new http.Agent({ keepAlive: true, timeout: IDLE_MS })));
  return agent;
}

/** Undici has a name of its own for a connection that ended before its answer was complete. */
function asUndici(error: Error): Error {
  const wasCut = (error as NodeJS.ErrnoException).code === 'ECONNRESET' && (error.message === 'socket hang up' || error.message === 'aborted');
  return wasCut ? Object.assign(new Error('other side closed', { cause: error }), { name: 'SocketError', code: 'UND_ERR_SOCKET' }) : error;
}
