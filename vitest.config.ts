import { configDefaults, defineConfig } from 'vitest/config';

/** `import ... from 'holdfast/sim'` means the sources here, as it does under tsx and tsc; the rest are Vite's own. */
const conditions = ['source', 'module', 'node', 'development|production'];

const suites = ['test/**/*.test.ts', 'properties/**/*.test.ts', 'models/**/*.test.ts'];
const realSuites = ['test/**/*.real.test.ts'];

/** `vitest run`: everything that needs no server. `vitest run --mode real`: what starts real ones. */
export default defineConfig(({ mode }) => {
  const real = mode === 'real';
  return {
    resolve: { conditions },
    ssr: { resolve: { conditions, externalConditions: ['source', 'node'] } },
    test: {
      environment: 'node',
      include: real ? realSuites : suites,
      exclude: real ? configDefaults.exclude : [...configDefaults.exclude, ...realSuites],
      // Processes, not threads: the kernel drains Node's own queues, and suites start workers and servers of their own.
      pool: 'forks',
      // Real servers are started and stopped by the suites; two at a time disturb each other's time.
      fileParallelism: !real,
      // For a loaded machine. No test asserts how long anything takes.
      testTimeout: real ? 120_000 : 60_000,
      hookTimeout: 60_000,
      coverage: {
        provider: 'v8',
        reporter: ['text-summary', 'html'],
        include: ['src/**/*.ts', 'sim/**/*.ts', 'models/**/*.ts', 'properties/**/*.ts'],
        exclude: ['**/*.test.ts'],
        thresholds: { 'src/**/*.ts': { lines: 90 } },
      },
    },
  };
});
