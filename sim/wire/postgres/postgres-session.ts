import type { BackendEncoder } from './backend-encoder.js';
import { ExtendedQuery } from './extended-query.js';
import type { Frame } from './frontend-decoder.js';
import { ImplicitBlock } from './implicit-block.js';
import { MessageReader } from './message-reader.js';
import type { PostgresBackend, PostgresNotification, PostgresProblem } from './postgres-backend.js';
import { failure, PostgresFailure, PostgresHangUp } from './postgres-failure.js';
import { simpleQuery } from './simple-query.js';
import type { Steps } from './steps.js';

/** Messages behind which errors are followed by silence until Sync. */
const EXTENDED = 'PBDECH';

/** What an authenticated client's messages do: their answers go to an encoder, statements to a backend. */
export class PostgresSession {
  readonly #backend: PostgresBackend;
  readonly #out: BackendEncoder;
  readonly #block: ImplicitBlock;
  readonly #extended: ExtendedQuery;
  /** After an error of the extended protocol nothing is looked at until Sync. */
  #isSkipping = false;
  /** Whether all that was asked has been answered by ReadyForQuery. */
  #isReady = true;
  #notifications: PostgresNotification[] = [];
  readonly #changed = new Map<string, string>();

  constructor(backend: PostgresBackend, out: BackendEncoder) {
    this.#backend = backend;
    this.#out = out;
    this.#block = new ImplicitBlock(backend, (problem) => this.notice(problem));
    this.#extended = new ExtendedQuery(backend, out, this.#block);
  }

  /** Answers a message. `peek` tells the type of the next one, when it is here already. */
  *handle(frame: Frame, peek: () => string | undefined): Steps {
    const { type } = frame;
    if (type === 'X') throw new PostgresHangUp(undefined);
    if (type === 'S') this.#isSkipping = false;
    // The last three are what a client still sends of a COPY that has failed.
    if (this.#isSkipping || 'dcf'.includes(type)) return;
    this.#isReady = false;
    try {
      yield* this.#answer(frame, peek);
    } catch (error) {
      if (!(error instanceof PostgresFailure)) throw error;
      yield* this.#fail(error.problem, EXTENDED.includes(type));
    }
  }

  notice(problem: PostgresProblem): void {
    this.#out.notice(problem);
    this.#out.flush();
  }

  /** Told at once when the client waits for nothing, else before the next ReadyForQuery outside of a transaction block. */
  notify(notification: PostgresNotification): void {
    this.#notifications.push(notification);
    if (this.#isReady) this.#sendNotifications();
  }

  parameter(name: string, value: string): void {
    this.#changed.set(name, value);
  }

  ready(): void {
    const status = this.#backend.transactionStatus();
    if (status === 'I') this.#extended.transactionEnded();
    this.#sendNotifications();
    for (const [name, value] of this.#changed) this.#out.parameterStatus(name, value);
    this.#changed.clear();
    this.#out.readyForQuery(status);
    this.#out.flush();
    this.#isReady = true;
  }

  *#answer({ type, body }: Frame, peek: () => string | undefined): Steps {
    const message = new MessageReader(body);
    switch (type) {
      case 'Q': {
        const text = message.string();
        message.end();
        this.#extended.forgetUnnamed();
        yield* simpleQuery(text, this.#backend, this.#block, this.#out);
        return this.ready();
      }
      case 'P':
        return this.#extended.parse(message);
      case 'B':
        return this.#extended.bind(message);
      case 'D':
        return this.#extended.describe(message);
      case 'E':
        return yield* this.#extended.execute(message, () => peek() === 'S');
      case 'C':
        return this.#extended.close(message);
      case 'H':
        message.end();
        return this.#out.flush();
      case 'S':
        message.end();
        yield* this.#block.commit();
        return this.ready();
      case 'F':
        throw failure('0A000', 'function calls of the protocol are not simulated: use SELECT');
      default:
        throw new Error(`no message of type ${type} should have come this far`);
    }
  }

  *#fail(problem: PostgresProblem, isExtended: boolean): Steps {
    if (problem.severity === 'FATAL' || problem.severity === 'PANIC') throw new PostgresHangUp(problem);
    yield* this.#block.fail();
    this.#out.error(problem);
    this.#out.flush();
    if (isExtended) this.#isSkipping = true;
    else this.ready();
  }

  #sendNotifications(): void {
    if (this.#notifications.length === 0 || this.#backend.transactionStatus() !== 'I') return;
    for (const notification of this.#notifications) this.#out.notification(notification);
    this.#notifications = [];
    this.#out.flush();
  }
}
