import type { Colors } from 'picocolors/types.js';
import type { ReplayResult } from '../explore/replay.js';

/** What a replay showed, a line each: the property, whether it was the same run, and remarks. */
export function replayReport({ property, message, event, digest, matched, divergedBetween, remarks }: ReplayResult, colours: Colors): string {
  const where = event === null ? '' : ` at event ${event}`;
  const outcome = property === null ? colours.green('held: every property') : `${colours.bold(colours.red(property))} breaks${where}: ${message ?? ''}`;
  return [outcome, sameRun(digest, matched, divergedBetween, colours), ...remarks.map((remark) => colours.yellow(`note: ${remark}`))].join('\n');
}

function sameRun(digest: string, matched: boolean | null, divergedBetween: ReplayResult['divergedBetween'], colours: Colors): string {
  if (matched === null) return `digest ${digest}; none was recorded to compare it with`;
  if (matched) return `digest ${digest} matched: this is the recorded run, event by event`;
  const between = divergedBetween === null ? '' : ` between events ${divergedBetween[0]} and ${divergedBetween[1]}`;
  return colours.red(`digest ${digest} differs from the recorded one: the run diverged${between}`);
}
