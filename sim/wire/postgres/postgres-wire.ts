import { BackendEncoder } from './backend-encoder.js';
import { FrontendDecoder } from './frontend-decoder.js';
import { messageLimit, responseLimit } from './frontend-limits.js';
import { type Awaited, handshake } from './handshake.js';
import type { PostgresAnswer, PostgresBackend, PostgresProblem, PostgresStartup } from './postgres-backend.js';
import { PostgresHangUp } from './postgres-failure.js';
import { PostgresSession } from './postgres-session.js';
import type { PostgresSite } from './postgres-site.js';
import { sessionParameters } from './session-parameters.js';
import type { Steps } from './steps.js';

/** The server's side of a connection that carries bytes. */
export interface PostgresConnection {
  write(bytes: Uint8Array): void;
  /** Ends the connection; what was written before is still delivered. */
  close(): void;
}

const limits = { password: responseLimit('password'), SASL: responseLimit('SASL') };

/**
 * PostgreSQL's protocol 3.0 between a backend and one connection. As in the real server, nothing is read while a statement
 * runs, not even that the client is gone; and what is answered before Sync is sent only when the client asks for it.
 */
export class PostgresWire {
  readonly #site: PostgresSite;
  readonly #connection: PostgresConnection;
  readonly #decoder = new FrontendDecoder();
  readonly #out = new BackendEncoder();
  readonly #handshake: ReturnType<typeof handshake>;
  #awaited: IteratorResult<Awaited, PostgresStartup>;
  #backend: PostgresBackend | undefined;
  #session: PostgresSession | undefined;
  /** What is being done for a message, and what the backend has answered to it. */
  #routine: Steps | undefined;
  #answer: PostgresAnswer | undefined;
  #isWaiting = false;
  #isRunning = false;
  /** The client sends no more. */
  #hasEnded = false;
  #isClosed = false;
  #forgetKey: () => void = () => undefined;

  constructor(site: PostgresSite, connection: PostgresConnection) {
    this.#site = site;
    this.#connection = connection;
    this.#handshake = handshake(site, this.#out, () => this.#decoder.peek() !== undefined);
    this.#awaited = this.#handshake.next();
  }

  /** Takes in what the client sent, and answers it. The bytes must not change afterwards. */
  receive(chunk: Uint8Array): void {
    if (this.#hasEnded || this.#isClosed) return;
    this.#decoder.feed(chunk);
    this.#proceed();
  }

  /** The client sends no more: what it has sent is still answered. */
  end(): void {
    this.#hasEnded = true;
    this.#proceed();
  }

  /** The connection is gone. A statement that runs comes to its end all the same. */
  lost(): void {
    this.#decoder.clear();
    this.end();
  }

  #proceed(): void {
    if (this.#isRunning || this.#isClosed) return;
    this.#isRunning = true;
    try {
      while (!this.#isClosed && this.#step());
      if (this.#hasEnded && !this.#isWaiting) this.#close();
    } catch (error) {
      if (!(error instanceof PostgresHangUp)) throw error;
      this.#hangUp(error.problem, error.isOld);
    } finally {
      this.#isRunning = false;
    }
    this.#send();
  }

  /** Does what can be done; false when something must arrive first. */
  #step(): boolean {
    if (this.#routine !== undefined) return this.#advance(this.#routine);
    if (this.#session === undefined) return this.#introduce();
    const frame = this.#decoder.next(messageLimit);
    if (frame === undefined) return false;
    this.#routine = this.#session.handle(frame, () => this.#decoder.peek());
    return true;
  }

  #advance(routine: Steps): boolean {
    if (this.#isWaiting) return false;
    const answer = this.#answer;
    this.#answer = undefined;
    const step = answer === undefined ? routine.next() : routine.next(answer);
    if (step.done === true) {
      this.#routine = undefined;
      return true;
    }
    this.#isWaiting = true;
    this.#backend?.execute(step.value.text, step.value.params, (got) => {
      this.#isWaiting = false;
      this.#answer = got;
      this.#proceed();
    });
    return true;
  }

  #introduce(): boolean {
    if (this.#awaited.done === true) return this.#open(this.#awaited.value);
    const what = this.#awaited.value;
    const bytes = what === 'startup' ? this.#decoder.startup() : this.#decoder.next(limits[what])?.body;
    if (bytes === undefined) return false;
    this.#awaited = this.#handshake.next(bytes);
    return true;
  }

  #open(startup: PostgresStartup): boolean {
    const parameters = sessionParameters(startup, this.#site.version);
    const early: ((session: PostgresSession) => void)[] = [];
    const tell = (what: (session: PostgresSession) => void): void => {
      if (this.#isClosed) return;
      if (this.#session === undefined) early.push(what);
      else what(this.#session);
      if (!this.#isRunning) this.#send();
    };
    const backend = this.#site.open(startup, {
      notify: (notification) => tell((session) => session.notify(notification)),
      notice: (problem) => tell((session) => session.notice(problem)),
      parameter: (name, value) => tell((session) => session.parameter(name, value)),
      terminate: (problem) => this.#terminate(problem),
    });
    if ('error' in backend) throw new PostgresHangUp({ ...backend.error, severity: 'FATAL' });
    this.#backend = backend;
    const secret = this.#site.secret();
    this.#forgetKey = this.#site.cancelKeys.add(backend.pid, secret, () => {
      if (this.#isWaiting) backend.cancel();
    });
    for (const [name, value] of parameters) this.#out.parameterStatus(name, value);
    this.#out.backendKeyData(backend.pid, secret);
    this.#session = new PostgresSession(backend, this.#out);
    for (const what of early) what(this.#session);
    this.#session.ready();
    return true;
  }

  #terminate(problem: PostgresProblem): void {
    if (this.#isClosed) return;
    this.#hangUp({ ...problem, severity: problem.severity ?? 'FATAL' });
    this.#isWaiting = false;
  }

  #hangUp(problem: PostgresProblem | undefined, isOld = false): void {
    if (problem !== undefined && isOld) this.#out.oldError(problem);
    else if (problem !== undefined) this.#out.error(problem);
    if (problem !== undefined) this.#out.flush();
    this.#close();
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#send();
    this.#isClosed = true;
    this.#forgetKey();
    this.#backend?.close();
    this.#connection.close();
  }

  #send(): void {
    if (this.#isClosed) return;
    const bytes = this.#out.take();
    if (bytes !== undefined) this.#connection.write(bytes);
  }
}
