import type { BackendEncoder } from './backend-encoder.js';
import { MessageReader } from './message-reader.js';
import type { PostgresStartup } from './postgres-backend.js';
import { fatal, PostgresFailure, PostgresHangUp } from './postgres-failure.js';
import type { PostgresSite } from './postgres-site.js';
import { ScramExchange } from './scram-exchange.js';
import { startupPacket } from './startup-packet.js';

/** What a handshake waits for: a packet of the time before the startup, or an answer about the password. */
export type Awaited = 'startup' | 'password' | 'SASL';

const PROTOCOL = 3 << 16;
const CANCEL = (1234 << 16) | 5678;
const SSL = (1234 << 16) | 5679;
const GSSAPI = (1234 << 16) | 5680;
const CANCEL_LENGTH = 12;

const DONE = 0;
const CLEAR_TEXT = 3;
const SASL = 10;
const SASL_CONTINUE = 11;
const SASL_FINAL = 12;
const MECHANISM = 'SCRAM-SHA-256';
const NONCE_LENGTH = 18;

/** All until a client is let in: it yields what it needs next and is given its bytes. `hasMore`: whether something stands behind those. Throws a `PostgresHangUp`. */
export function* handshake(site: PostgresSite, out: BackendEncoder, hasMore: () => boolean): Generator<Awaited, PostgresStartup, Buffer> {
  const startup = yield* introduction(site, out, hasMore);
  const { password } = site;
  if (password !== undefined) {
    const isRight = yield* site.authentication === 'password' ? clearText(password, out) : scram(password, site, out);
    if (!isRight) throw fatal('28P01', `password authentication failed for user "${startup.user}"`);
  }
  out.authentication(DONE);
  return startup;
}

function* introduction(site: PostgresSite, out: BackendEncoder, hasMore: () => boolean): Generator<Awaited, PostgresStartup, Buffer> {
  let refused = 0;
  for (;;) {
    const packet = yield 'startup';
    const version = packet.readInt32BE();
    if (version === CANCEL) {
      if (packet.length === CANCEL_LENGTH) site.cancelKeys.cancel(packet.readInt32BE(4), packet.readInt32BE(8));
      throw new PostgresHangUp(undefined);
    }
    // Who asks twice for the same did not understand the answer.
    if ((version === SSL || version === GSSAPI) && version !== refused) {
      refused = version;
      out.refuseEncryption();
      out.flush();
      // Who did not wait for the answer would have sent it in clear to whoever is between.
      if (hasMore()) throw unencrypted(version === SSL ? 'SSL' : 'GSSAPI encryption');
      continue;
    }
    const [major, minor] = [version >>> 16, version & 0xffff];
    if (major !== 3) throw new PostgresHangUp(unsupported(major, minor), major < 3);
    const { unknownOptions, ...startup } = startupPacket(packet.subarray(4));
    if (minor > 0 || unknownOptions.length > 0) out.negotiateProtocolVersion(PROTOCOL, unknownOptions);
    return startup;
  }
}

const unsupported = (major: number, minor: number) => ({
  severity: 'FATAL',
  sqlstate: '0A000',
  message: `unsupported frontend protocol ${major}.${minor}: server supports 3.0 to 3.0`,
});

const unencrypted = (what: string): PostgresHangUp =>
  new PostgresHangUp({
    severity: 'FATAL',
    sqlstate: '08P01',
    message: `received unencrypted data after ${what} request`,
    detail: 'This could be either a client-software bug or evidence of an attempted man-in-the-middle attack.',
  });

function* clearText(password: string, out: BackendEncoder): Generator<Awaited, boolean, Buffer> {
  out.authentication(CLEAR_TEXT);
  out.flush();
  const answer = yield 'password';
  if (answer.indexOf(0) !== answer.length - 1) throw fatal('08P01', 'invalid password packet size');
  if (answer.length === 1) throw fatal('28P01', 'empty password returned by client');
  return answer.subarray(0, -1).equals(Buffer.from(password));
}

function* scram(password: string, site: PostgresSite, out: BackendEncoder): Generator<Awaited, boolean, Buffer> {
  out.authentication(SASL, Buffer.from(`${MECHANISM}\0\0`));
  out.flush();
  const exchange = new ScramExchange(site.verifierOf(password), site.randomBytes(NONCE_LENGTH).toString('base64'));
  out.authentication(SASL_CONTINUE, Buffer.from(exchange.first(initialResponse(yield 'SASL'))));
  out.flush();
  const final = exchange.last((yield 'SASL').toString('latin1'));
  if (final === undefined) return false;
  out.authentication(SASL_FINAL, Buffer.from(final));
  return true;
}

function initialResponse(body: Buffer): string {
  try {
    const message = new MessageReader(body);
    if (message.string() !== MECHANISM) throw fatal('08P01', 'client selected an invalid SASL authentication mechanism');
    const length = message.int32();
    const response = message.bytes(Math.max(0, length)).toString('latin1');
    message.end();
    return response;
  } catch (error) {
    throw error instanceof PostgresFailure ? new PostgresHangUp({ ...error.problem, severity: 'FATAL' }) : error;
  }
}
