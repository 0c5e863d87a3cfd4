import type { ParamValues } from '../../models/checker/define-model.js';
import type { SearchThread } from '../../models/checker/explore-parallel.js';
import { ModelError } from '../../models/checker/model-error.js';
import { startWorker } from '../start-worker.js';
import type { ModelReport, ModelWorkerData } from './model-worker.js';

/** Starts a thread that helps to explore a model, which it loads by itself. */
export function startModelThread(model: string, params: ParamValues): SearchThread {
  const worker = startWorker(new URL('./model-worker.ts', import.meta.url), { workerData: { model, params } satisfies ModelWorkerData });
  const listeners = new Set<(report: ModelReport | Error) => void>();
  const tell = (report: ModelReport | Error): void => listeners.forEach((listener) => listener(report));
  worker.on('message', tell);
  worker.on('error', tell);
  worker.on('exit', (code) => tell(new Error(`a thread that explores ${model} ended by itself with code ${code}`)));
  const until = <Result>(pick: (report: ModelReport) => Result | undefined): Promise<Result> =>
    new Promise((resolve, reject) => {
      const listener = (report: ModelReport | Error): void => {
        const failure =
          report instanceof Error
            ? report
            : report.kind === 'failed'
              ? report.isModelError
                ? new ModelError(report.message)
                : new Error(report.message)
              : null;
        const result = report instanceof Error ? undefined : pick(report);
        if (failure === null && result === undefined) return;
        listeners.delete(listener);
        if (failure !== null) reject(failure);
        else resolve(result as Result);
      };
      listeners.add(listener);
    });
  return {
    ready: until((report) => (report.kind === 'ready' ? true : undefined)).then(() => undefined),
    run(task) {
      const result = until((report) => (report.kind === 'done' ? report.result : undefined));
      worker.postMessage(task);
      return result;
    },
    async stop() {
      listeners.clear();
      await worker.terminate();
    },
  };
}
