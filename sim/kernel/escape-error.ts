import { activeWorld } from './active-world.js';
import { ownPlaces } from './own-places.js';

/** Code under test reached for the real world while it was being simulated. Names the place and the way out. */
export class EscapeError extends Error {
  readonly code = 'HOLDFAST_ESCAPE';
  override readonly name = 'EscapeError';

  constructor(what: string, cure: string) {
    super(`${what} leaves the simulation${callSite()}; ${cure}`);
  }
}

/** Ends the run, even when the code that reached out swallows the error. */
export function escape(what: string, cure: string): never {
  const error = new EscapeError(what, cure);
  const world = activeWorld();
  world?.fail(error, world.current?.name ?? 'world');
  throw error;
}

/** What stands between code under test and Node. */
const OWN = ownPlaces(import.meta.url, './', '../node/');

/** Where the code under test is: the first frame that is neither the simulator's nor Node's own. */
function callSite(): string {
  const { stackTraceLimit } = Error;
  // Between Node's streams and the code that uses them there are many frames.
  Error.stackTraceLimit = 60;
  const frames = (new Error().stack ?? '').split('\n').slice(1);
  Error.stackTraceLimit = stackTraceLimit;
  const frame = frames.find((line) => !OWN.some((folder) => line.includes(folder)) && !/node:|EscapeError|holdfast-watchdog/.test(line));
  const place = frame?.match(/(?:file:\/\/)?([^\s()]+:\d+):\d+\)?$/)?.[1];
  return place === undefined ? '' : ` at ${place}`;
}
