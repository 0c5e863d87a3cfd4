import { CancelKeys } from './cancel-keys.js';
import type { OpenPostgresBackend } from './postgres-backend.js';
import { type ScramVerifier, scramVerifier } from './scram-exchange.js';
import { SERVER_VERSION } from './session-parameters.js';

export interface PostgresSiteOptions {
  readonly open: OpenPostgresBackend;
  /** A number from 0 below the bound, by chance: for cancel keys, salts and nonces. */
  readonly random: (bound: number) => number;
  /** Asked of everybody, when given. */
  readonly password?: string;
  /** How it is asked for. `scram-sha-256` when absent, as PostgreSQL's default is; within a run `pg` can do only `password`, clear text. */
  readonly authentication?: 'password' | 'scram-sha-256';
  /** The `server_version` that clients are told. */
  readonly version?: string;
}

const SALT_LENGTH = 16;
const SECRET_LENGTH = 4;

/** What the connections of one server share. */
export class PostgresSite {
  readonly open: OpenPostgresBackend;
  readonly version: string;
  readonly password: string | undefined;
  readonly authentication: 'password' | 'scram-sha-256';
  readonly cancelKeys = new CancelKeys();
  readonly #random: (bound: number) => number;
  #verifier: ScramVerifier | undefined;

  constructor({ open, random, password, authentication = 'scram-sha-256', version = SERVER_VERSION }: PostgresSiteOptions) {
    this.open = open;
    this.password = password;
    this.authentication = authentication;
    this.version = version;
    this.#random = random;
  }

  /** Made once, as a server's is when the password is set. */
  verifierOf(password: string): ScramVerifier {
    return (this.#verifier ??= scramVerifier(password, this.randomBytes(SALT_LENGTH)));
  }

  randomBytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.#random(256)));
  }

  secret(): number {
    return this.randomBytes(SECRET_LENGTH).readInt32BE();
  }
}
