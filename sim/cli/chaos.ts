import { runChaos } from '../chaos/run-chaos.js';
import type { ChaosProgress, ChaosSpec } from '../chaos/chaos-result.js';
import { loadPlugins, probePlugins } from '../explore/load-plugins.js';
import { chaosKnobs, chaosReport } from '../report/chaos-report.js';
import { count, duration } from '../report/numbers.js';
import { showProgress } from '../report/progress.js';
import { type ChaosOptions, chaosSpec } from './chaos-spec.js';
import type { Terminal } from './terminal.js';

/** `holdfast chaos`: real processes, real servers, real faults. Returns the exit code. */
export async function chaos(options: ChaosOptions & { readonly json?: boolean }, terminal: Terminal): Promise<number> {
  const spec = chaosSpec(options);
  if (options.json === true) terminal.keepOutputClean();
  await probePlugins(spec.workload, spec.lock);
  const plugins = await loadPlugins(spec.workload, spec.lock);
  const result = options.json === true ? await runChaos(spec) : await withProgress(spec, terminal);
  terminal.print(options.json === true ? JSON.stringify(result) : chaosReport(result, plugins, terminal.colours));
  return result.verdict === 'pass' ? 0 : 1;
}

async function withProgress(spec: ChaosSpec, terminal: Terminal): ReturnType<typeof runChaos> {
  const progress = showProgress(terminal.progress, () => terminal.print(chaosKnobs(spec)));
  try {
    return await runChaos(spec, (now) => progress.show(now.elapsedMs / now.totalMs, words(now)));
  } finally {
    progress.stop();
  }
}

const words = ({ phase, elapsedMs, totalMs, grants, effectiveFaults }: ChaosProgress): string =>
  `${phase}, ${duration(elapsedMs)} of ${duration(totalMs)}, ${count(grants)} grants, ${count(effectiveFaults)} effective faults`;
