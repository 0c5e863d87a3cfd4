import { readFileSync } from 'node:fs';
import type { SimulationReport } from '../../../sim/simulate/options.js';
import { simulate } from '../../../sim/simulate/simulate.js';
import type { CompatibilityCase } from './compatibility-case.js';
import { httpCases } from './http-cases.js';
import { ioredis5, ioredis6 } from './ioredis-cases.js';
import { lockCases } from './lock-cases.js';
import { nodeRedis6 } from './node-redis-case.js';
import { postgresCases } from './postgres-cases.js';

export const compatibilityCases: readonly CompatibilityCase[] = [ioredis5, ioredis6, nodeRedis6, ...lockCases, ...postgresCases, ...httpCases];

/** How many seeds each case is run with: enough for every kind of fault to have come. */
export const SEEDS = 25;

/** Runs a case; the same case gives the same digest wherever and whenever it runs. */
export function runCase({ name, faults, body }: CompatibilityCase): Promise<SimulationReport> {
  return simulate(body, { name, faults, seeds: SEEDS, timeMs: 600_000 });
}

/** What its package says that it is; of what comes with Node: nothing, since any version must do the same. */
export function versionOf({ folder }: CompatibilityCase): string {
  if (folder === null) return 'of Node';
  const manifest = JSON.parse(readFileSync(new URL(`../../../node_modules/${folder}/package.json`, import.meta.url), 'utf8')) as { version: string };
  return manifest.version.replace(/^v/, '');
}

/** What tells one case from another: two versions of a package have one name. */
export const labelOf = (one: CompatibilityCase): string => `${one.name} ${versionOf(one)}`;
