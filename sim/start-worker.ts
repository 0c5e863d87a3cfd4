import { Worker, type WorkerOptions } from 'node:worker_threads';

/**
 * Starts a worker thread from one of our modules: `startWorker(new URL('./search-worker.ts', import.meta.url))`. Works alike
 * under tsx, in vitest and from `dist`, where the name ends in `.js` whatever the caller wrote.
 *
 * In Node 20 a worker's entry never meets the loader that its parent registered, so TypeScript is entered through a few
 * lines of JavaScript which register tsx in that thread first.
 */
export function startWorker(module: URL, options: Omit<WorkerOptions, 'eval' | 'execArgv'> = {}): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL(module.href.replace(/\.ts$/, '.js')), options);
  const entry = `import { register } from ${JSON.stringify(import.meta.resolve('tsx/esm/api'))};
register();
await import(${JSON.stringify(module.href)});`;
  return new Worker(new URL(`data:text/javascript,${encodeURIComponent(entry)}`), { ...options, execArgv: ['--conditions=source'] });
}
