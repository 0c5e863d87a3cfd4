import { runCampaignOn } from '../explore/run-campaign.js';
import { SearchLane } from '../explore/search-lane.js';
import type { CampaignProgress, CampaignResult } from '../explore/campaign-result.js';
import { loadPlugins } from '../explore/load-plugins.js';
import { locks, specimens } from '../registry.js';
import { howToRead, mainTable, outcomeOf, whatIsShown, type MainRow } from '../report/main-table.js';
import { count, duration } from '../report/numbers.js';
import { showProgress } from '../report/progress.js';
import { defaultWorkers, SCENARIO_DIRECTORY } from './campaign-spec.js';
import type { Terminal } from './terminal.js';

/** One row of the main job: a lock under a workload, and what must come of it. */
export interface MainCampaign {
  readonly lock: string;
  readonly workload: string;
  readonly seeds: number;
  /** The property that must break; null when all must hold. */
  readonly mustBreak: string | null;
}

const FIRST_SEED = 1;
/** Sized so that all rows together take about half a minute on two cores. */
const SEEDS_OF_OURS = 200;
const SEEDS_OF_A_SPECIMEN = 200;

/** Our locks under every workload, the stock without any lock, and each specimen where its hole shows. */
export const mainCampaigns = (): MainCampaign[] => [
  ...[...locks.keys()].flatMap((lock) =>
    ['last-item', 'lock', 'hot-sku', 'basket'].map((workload) => ({ lock, workload, seeds: SEEDS_OF_OURS, mustBreak: null })),
  ),
  { lock: 'no-lock', workload: 'hot-sku', seeds: SEEDS_OF_OURS, mustBreak: null },
  ...[...specimens].map(([lock, { workload, caughtBy }]) => ({ lock, workload, seeds: SEEDS_OF_A_SPECIMEN, mustBreak: caughtBy[0] ?? null })),
];

/**
 * `holdfast` without arguments: shows in one table that what is right holds and what is wrong is caught, by the same
 * properties, faults and seeds. Returns the exit code.
 */
export async function mainJob(terminal: Terminal): Promise<number> {
  const { colours } = terminal;
  const campaigns = mainCampaigns();
  const workers = defaultWorkers();
  terminal.print(whatIsShown({ firstSeed: FIRST_SEED, workers, campaigns }, colours, terminal.columns));
  const begun = performance.now();
  const rows = await runAll(campaigns, workers, terminal);
  terminal.print(mainTable(rows, FIRST_SEED, colours, terminal.columns));
  terminal.print(howToRead(rows, performance.now() - begun, colours, terminal.columns));
  return rows.every((row) => outcomeOf(row) === 'as it should be') ? 0 : 1;
}

/** Several campaigns side by side, each on one thread, which then goes on with the next. */
async function runAll(campaigns: readonly MainCampaign[], workers: number, terminal: Terminal): Promise<MainRow[]> {
  const total = campaigns.reduce((sum, { seeds }) => sum + seeds, 0);
  const states = campaigns.map(() => ({ done: 0, virtualMs: 0 }));
  const lanes = Array.from({ length: workers }, () => new SearchLane());
  const progress = showProgress(terminal.progress);
  const note = (index: number, campaign: MainCampaign, now: CampaignProgress): void => {
    const state = states[index];
    if (state === undefined) return;
    if (now.phase === 'searching') Object.assign(state, { done: now.done, virtualMs: now.virtualMs });
    const done = states.reduce((sum, one) => sum + one.done, 0);
    const virtualMs = states.reduce((sum, one) => sum + one.virtualMs, 0);
    const doing = `${campaign.lock} on ${campaign.workload}${now.phase === 'searching' ? '' : ', shrinking what broke'}`;
    progress.show(done / total, `${count(done)} of ${count(total)} runs, ${duration(virtualMs)} of virtual time: ${doing}`);
  };
  try {
    return await inParallel(campaigns, lanes, async (campaign, index, lane) => {
      const { workload } = await loadPlugins(campaign.workload, campaign.lock);
      const result = await campaignOf(campaign, lane, (now) => note(index, campaign, now));
      return { ...campaign, asked: workload.check, result };
    });
  } finally {
    progress.stop();
    await Promise.all(lanes.map((lane) => lane.close()));
  }
}

const campaignOf = ({ lock, workload, seeds }: MainCampaign, lane: SearchLane, onProgress: (now: CampaignProgress) => void): Promise<CampaignResult> =>
  runCampaignOn([lane], { lock, workload, faults: 'all', firstSeed: FIRST_SEED, extent: { seeds }, workers: 1, directory: SCENARIO_DIRECTORY }, onProgress);

/** One item at a time on each lane; the answers in the order of the items. */
async function inParallel<Item, Lane, Answer>(
  items: readonly Item[],
  lanes: readonly Lane[],
  work: (item: Item, index: number, lane: Lane) => Promise<Answer>,
): Promise<Answer[]> {
  const waiting = [...items.entries()];
  const answers: Answer[] = [];
  const serve = async (lane: Lane): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) answers[next[0]] = await work(next[1], next[0], lane);
  };
  await Promise.all(lanes.map(serve));
  return answers;
}
