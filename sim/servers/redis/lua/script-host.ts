import type { RespValue } from '../resp-value.js';
import type { DeterministicRandom } from './deterministic-random.js';

/** What a running script can reach: the server that runs it. */
export interface ScriptHost {
  /** The server's own generator for `math.random`. */
  readonly random: DeterministicRandom;
  /** RESP version of the client that runs the script: its reply is for that client. */
  readonly protocol: 2 | 3;
  /** Runs one command for the script; an error reply comes back like any other. */
  call(args: readonly string[]): RespValue;
}
