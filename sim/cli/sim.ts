import type { CampaignProgress, CampaignResult, CampaignSpec } from '../explore/campaign-result.js';
import { loadPlugins, type Plugins, probePlugins } from '../explore/load-plugins.js';
import { runCampaign } from '../explore/run-campaign.js';
import { campaignKnobs, campaignReport } from '../report/campaign-report.js';
import { count, duration } from '../report/numbers.js';
import { type Progress, showProgress } from '../report/progress.js';
import { campaignSpec, type SimOptions } from './campaign-spec.js';
import type { Terminal } from './terminal.js';

/** `holdfast sim`: one campaign. Returns the exit code. */
export async function sim(options: SimOptions & { readonly json?: boolean }, terminal: Terminal): Promise<number> {
  const spec = campaignSpec(options);
  if (options.json === true) terminal.keepOutputClean();
  await probePlugins(spec.workload, spec.lock);
  const plugins = await loadPlugins(spec.workload, spec.lock);
  const result = options.json === true ? await runCampaign(spec, () => undefined) : await withProgress(spec, plugins, terminal);
  terminal.print(options.json === true ? JSON.stringify(result) : campaignReport(result, { plugins, colours: terminal.colours }));
  return result.verdict === 'pass' ? 0 : 1;
}

async function withProgress(spec: CampaignSpec, plugins: Plugins, terminal: Terminal): Promise<CampaignResult> {
  const begun = performance.now();
  const progress = showProgress(terminal.progress, () => terminal.print(campaignKnobs(spec, plugins, terminal.colours)));
  try {
    return await runCampaign(spec, (now) => tell(progress, spec, now, performance.now() - begun));
  } finally {
    progress.stop();
  }
}

function tell(progress: Progress, { extent }: CampaignSpec, now: CampaignProgress, elapsedMs: number): void {
  if (now.phase === 'shrinking') {
    const total = now.total ?? now.violated.length;
    progress.show(1, `shrinking ${now.violated[now.done] ?? ''} (${Math.min(now.done + 1, total)} of ${total})`);
    return;
  }
  const fraction = 'timeMs' in extent ? elapsedMs / extent.timeMs : now.done / (now.total ?? now.done);
  const seeds = now.total === null ? `${count(now.done)} seeds` : `${count(now.done)} of ${count(now.total)} seeds`;
  const broken = now.violated.length === 0 ? '' : `, broken: ${now.violated.join(', ')}`;
  progress.show(fraction, `${seeds}, ${duration(now.virtualMs)} of virtual time${broken}`);
}
