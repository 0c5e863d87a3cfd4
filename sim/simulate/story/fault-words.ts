import type { FaultKind } from '../../../src/locks/envelope.js';
import type { Episode } from '../../nemesis/fault.js';

/** What an episode does, as people would say it. */
const words: Readonly<Record<FaultKind, (episode: Episode) => string>> = {
  delay: ({ target, strength, forMs }) => `messages of ${target} take up to ${strength} ms longer, for ${forMs} ms`,
  stall: ({ target, forMs }) => `open connections of ${target} stand still for ${forMs} ms`,
  reset: ({ target, strength, forMs }) =>
    `the connections of ${target} are cut${strength === 0 ? '' : `, and ${strength} % of its messages cut them again, for ${forMs} ms`}`,
  'one-way-partition': ({ target, forMs }) => `nothing passes ${target} for ${forMs} ms`,
  'partial-partition': ({ target, forMs }) => `the two of ${target} do not reach each other for ${forMs} ms`,
  'reply-lost': ({ target, strength, forMs }) => `${strength} % of the answers of ${target} are lost, for ${forMs} ms`,
  'datagram-loss': ({ target, strength }) => `${strength} % of the datagrams of ${target} are lost`,
  'datagram-duplication': ({ target, strength }) => `${strength} % of the datagrams of ${target} come twice`,
  'datagram-reordering': ({ target, strength }) => `${strength} % of the datagrams of ${target} are overtaken`,
  crash: ({ target, forMs }) => `${target} crashes, and starts anew after ${forMs} ms`,
  restart: ({ target, forMs }) => `${target} crashes, and is back after ${forMs} ms with all that it had acknowledged`,
  flush: ({ target, forMs }) => `${target} crashes, and is back after ${forMs} ms without its memory`,
  pause: ({ target, forMs }) => `${target} stands still for ${forMs} ms`,
  'clock-skew': ({ target, strength }) => `the wall clock of ${target} is wrong by ${strength} ms`,
  'clock-drift': ({ target, strength, forMs }) => `the clocks of ${target} run ${strength} ppm fast, for ${forMs} ms`,
  'clock-step': ({ target, strength }) => `the wall clock of ${target} jumps by ${strength} ms`,
};

export const episodeInWords = (episode: Episode): string => words[episode.kind](episode);

/** Those that end with a line of their own: the others have no end, or the life of a process tells it. */
const ENDING: ReadonlySet<FaultKind> = new Set<FaultKind>(['delay', 'stall', 'reply-lost', 'one-way-partition', 'partial-partition', 'pause', 'clock-drift']);

export const endInWords = ({ kind, target }: Episode): string | null => (ENDING.has(kind) ? `${kind} of ${target} is over` : null);
