import { parentPort, workerData } from 'node:worker_threads';
import { exploreShare, type ShareResult, type ShareTask } from '../../models/checker/explore-share.js';
import type { ParamValues } from '../../models/checker/define-model.js';
import { ModelError } from '../../models/checker/model-error.js';
import { loadModel } from './load-model.js';

/** What a thread is told when it is started. */
export interface ModelWorkerData {
  /** A name or a path, as for `loadModel`. */
  readonly model: string;
  readonly params: ParamValues;
}

export type ModelReport =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly result: ShareResult }
  | { readonly kind: 'failed'; readonly isModelError: boolean; readonly message: string };

const port = parentPort;
if (port === null) throw new Error('model-worker runs in a worker thread only');

const { model: name, params } = workerData as ModelWorkerData;
const model = await loadModel(name);

port.once('message', (task: ShareTask) => {
  exploreShare(model.system(params), task).then(
    (result) => port.postMessage({ kind: 'done', result } satisfies ModelReport, [result.states.buffer as ArrayBuffer, result.parents.buffer as ArrayBuffer]),
    (error: unknown) => {
      const isModelError = error instanceof ModelError;
      const { message, stack } = error instanceof Error ? error : new Error(String(error));
      port.postMessage({ kind: 'failed', isModelError, message: isModelError ? message : (stack ?? message) } satisfies ModelReport);
    },
  );
});
port.postMessage({ kind: 'ready' } satisfies ModelReport);
