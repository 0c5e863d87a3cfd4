import { coreModels } from '../../models/all-models.js';
import { MOST_STATES } from '../../models/checker/check-model.js';
import type { Model, ParamValues, Row } from '../../models/checker/define-model.js';
import { ModelError } from '../../models/checker/model-error.js';
import { parseParams } from '../../models/checker/parse-params.js';
import { toTla } from '../../models/checker/tla.js';
import { looksLikePath, probePlugins } from '../explore/load-plugins.js';
import { modelReport, modelsTable, told } from '../report/models-report.js';
import { count } from '../report/numbers.js';
import { showProgress } from '../report/progress.js';
import { UserInputError } from '../user-input-error.js';
import { loadModel } from './load-model.js';
import { type ModelRun, modelRunJson, runModel } from './run-model.js';
import type { Terminal } from './terminal.js';
import { wholeNumber } from './values.js';

export interface ModelsOptions {
  /** `K=V` each. */
  readonly param?: readonly string[];
  readonly workers?: string;
  readonly states?: string;
  readonly json?: boolean;
  readonly tla?: boolean;
}

interface Job {
  readonly model: Model;
  /** How threads find it. */
  readonly source: string;
  readonly params: ParamValues;
  /** The documented row that this is; null for parameters of somebody's own. */
  readonly row: Row | null;
}

const MOST_WORKERS = 64;

/** `holdfast models`: checks models. Returns the exit code: of documented rows, whether all is as documented; else whether all holds. */
export async function models(argument: string | undefined, options: ModelsOptions, terminal: Terminal): Promise<number> {
  // `--param C=3 redlock`: what has no "=" is the name.
  const name = argument ?? options.param?.find((text) => !text.includes('='));
  const given = (options.param ?? []).filter((text) => argument !== undefined || text !== name);
  if (options.json === true) terminal.keepOutputClean();
  const workers = wholeNumber('--workers', options.workers ?? '1', { min: 1, max: MOST_WORKERS });
  const maxStates = wholeNumber('--states', options.states ?? String(MOST_STATES), { min: 1, max: 2 ** 30 });
  const jobs = await jobsOf(name, given);
  if (options.tla === true) {
    const [job] = jobs;
    if (name === undefined || job === undefined) throw new UserInputError('--tla needs to know which model: give its name, or a file');
    terminal.print(asUserInput(() => toTla(job.model.name, job.params, job.model.system(job.params))));
    return 0;
  }
  const runs: ModelRun[] = [];
  const begun = performance.now();
  for (const job of jobs) {
    const run = await runJob(job, { workers, maxStates }, options.json === true ? null : terminal);
    runs.push(run);
    if (options.json !== true && name !== undefined) terminal.print(modelReport(run, job.model.describe, terminal.colours, terminal.columns));
  }
  if (options.json === true) terminal.print(JSON.stringify(runs.map(modelRunJson)));
  else {
    terminal.print(modelsTable(runs, terminal.colours));
    terminal.print(
      `${count(runs.reduce((sum, { distinctStates }) => sum + distinctStates, 0))} states in ${((performance.now() - begun) / 1_000).toFixed(1)} s.`,
    );
  }
  return runs.every(isRight) ? 0 : 1;
}

const isRight = ({ mismatches, properties }: ModelRun): boolean =>
  mismatches === null ? properties.every(({ holds }) => holds === true) : mismatches.length === 0;

async function jobsOf(name: string | undefined, given: readonly string[]): Promise<Job[]> {
  if (name === undefined) {
    if (given.length > 0)
      throw new UserInputError(`--param needs to know of which model: give its name, one of ${coreModels.map((model) => model.name).join(', ')}`);
    return coreModels.flatMap(documented);
  }
  if (looksLikePath(name)) await probePlugins(name);
  const model = await loadModel(name);
  if (given.length === 0 && !looksLikePath(name)) return documented(model);
  return [{ model, source: name, params: asUserInput(() => parseParams(model, keysAndValues(given))), row: null }];
}

const documented = (model: Model): Job[] => model.rows.map((row) => ({ model, source: model.name, params: parseParams(model, row.params), row }));

function keysAndValues(given: readonly string[]): Record<string, string> {
  // `--param C=3 --param TTL=3`, and what is natural after it: `--param C=3 TTL=3`, `--param C=3,TTL=3`.
  return Object.fromEntries(
    given
      .flatMap((text) => text.split(/[\s,]+/))
      .map((text) => {
        const [, key, value] = /^([^=]+)=(.+)$/.exec(text) ?? [];
        if (key === undefined || value === undefined)
          throw new UserInputError(`--param takes NAME=VALUE, for example C=3, got ${JSON.stringify(text.slice(0, 60))}`);
        return [key, value];
      }),
  );
}

async function runJob(job: Job, limits: { readonly workers: number; readonly maxStates: number }, terminal: Terminal | null): Promise<ModelRun> {
  const bar = terminal === null ? null : showProgress(terminal.progress);
  const name = `${job.model.name} ${told(job.params)}`;
  try {
    // How many states there will be nobody knows: the bar only shows the budget.
    const progress = (distinct: number, level: number): void => bar?.show(distinct / limits.maxStates, `${name}: ${count(distinct)} states, level ${level}`);
    return await runModel(job.model, job.params, { ...limits, progress, source: job.source, row: job.row });
  } catch (error) {
    if (error instanceof ModelError) throw new UserInputError(`${job.model.name}: ${error.message}`, { cause: error });
    throw error;
  } finally {
    bar?.stop();
  }
}

function asUserInput<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw error instanceof ModelError ? new UserInputError(error.message, { cause: error }) : error;
  }
}
