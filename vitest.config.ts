import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';

/** `import ... from 'holdfast/sim'` means the sources here, as it does under tsx and tsc; the rest are Vite's own. */
const conditions = ['source', 'module', 'node', 'development|production'];

const suites = ['test/**/*.test.ts', 'properties/**/*.test.ts', 'models/**/*.test.ts'];
const realSuites = ['test/**/*.real.test.ts'];
/** Campaigns over other people's packages. */
const packageSuites = ['test/others/**/*.test.ts', 'test/integration/compatibility.test.ts'];

/** `vitest run`: everything that is quick and needs no server. `--mode packages`: published packages, simulated. `--mode real`: what starts real servers. */
export default defineConfig(({ mode }) => {
  const real = mode === 'real';
  const packages = mode === 'packages';
  return {
    resolve: { conditions },
    ssr: { resolve: { conditions, externalConditions: ['source', 'node'] } },
    test: {
      environment: 'node',
      include: real ? realSuites : packages ? packageSuites : suites,
      exclude: [...configDefaults.exclude, ...(real ? [] : realSuites), ...(real || packages ? [] : packageSuites)],
      // Processes, not threads: the kernel drains Node's own queues, and suites start workers and servers of their own.
      pool: 'forks',
      // Real servers are started and stopped by the suites; two at a time disturb each other's time.
      fileParallelism: !real,
      // Vitest would leave one core to itself, which hardly does anything meanwhile.
      maxWorkers: Math.min(4, availableParallelism()),
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
