import { cutStack } from './user-stack.js';
import type { Plan } from './plan.js';
import { divergence, type RecordedRun, replayToken } from './replay-token.js';
import { Recording } from './recording.js';
import { sameFailure } from './failure.js';
import { type PlanRun, runPlan, type RunPlanOptions } from './run-plan.js';
import type { FailedRun } from './shrink-plan.js';
import { SimulationFailure } from './simulation-failure.js';
import { failureInWords } from './story/failure-words.js';
import { episodeInWords } from './story/fault-words.js';
import { lastRace, raceInWords } from './story/race.js';
import { findRedisRace } from './story/redis-races.js';
import { findSqlRace } from './story/sql-races.js';
import { printedStory } from './story/printed-story.js';
import { storyLines } from './story/story-lines.js';

export interface Telling {
  /** Where it was found, for the first lines. */
  readonly found: string;
  /** Whether all simpler plans were tried, so that each fault in this one is needed. */
  readonly isSmallest: boolean;
  /** What the run shall be, on replay. */
  readonly recorded: RecordedRun | null;
}

/** Runs a failing plan once more, writing it down, and tells it. */
export async function tell(failed: FailedRun, options: RunPlanOptions, { found, isSmallest, recorded }: Telling): Promise<SimulationFailure> {
  const recording = new Recording();
  const run = await runPlan(failed.plan, { ...options, recording });
  // What never ends, and what escapes, need not end in the same way a second time.
  const isSame = run.failure !== null && sameFailure(run.failure, failed.failure);
  const failure = isSame && run.failure !== null ? run.failure : failed.failure;
  const { lines, commands, statements } = storyLines(recording.remarks);
  const race = lastRace([findRedisRace(commands), findSqlRace(statements)]);
  const around = race === null ? [] : [race.read, race.between, race.write];
  const headline = failureInWords(failure);
  const last = { time: failure.time, text: `${failure.process} FAILS: ${headline.split('\n')[0] ?? ''}`, access: null, isKept: true };
  const token = replayToken({ ...run, isSmallest });
  const story = [
    `"${failed.plan.name}", ${found}:`,
    printedStory([...lines, last], around),
    '',
    ...(race === null ? [] : [raceInWords(race)]),
    causes(failed.plan, isSmallest),
    ...(isSame ? [] : [strangeness(run)]),
    ...(recorded === null ? [] : remarks(recorded, run)),
  ].join('\n');
  return new SimulationFailure({
    plan: failed.plan,
    replay: token,
    kind: failure.kind,
    headline,
    story,
    digest: run.digest,
    frames: cutStack(failure.error),
    cause: failure.error,
  });
}

/** A run that fails now and passes then. */
function strangeness({ failure }: PlanRun): string {
  const end = failure === null ? 'passed' : `ended otherwise: ${failureInWords(failure)}`;
  return `This is the story of a second run of it, which ${end}: something outside of the simulation has a hand in it (a real I/O, a dynamic import(), state of a module).`;
}

/** Which faults it took. */
function causes({ faults, lateness }: Plan, isSmallest: boolean): string {
  const late = lateness === null ? [] : [`timers and messages up to ${lateness.maxMicroseconds / 1000} ms late, as on a busy machine`];
  const all = [...faults.map((episode) => `${episode.kind} (${episodeInWords(episode)})`), ...late];
  if (all.length === 0) return 'No fault is needed.';
  return isSmallest ? `Without ${all.join(', or without ')}, it passed whenever it was tried.` : `Faults in it, needed or not: ${all.join('; ')}.`;
}

function remarks(recorded: RecordedRun, run: PlanRun): string[] {
  const between = divergence(recorded, run);
  return between === null
    ? []
    : [
        `This is not the recorded run: it diverged between events ${between[0]} and ${between[1]}; the code under test has changed since, or keeps state outside of the run.`,
      ];
}
