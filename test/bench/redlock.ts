import { simulate } from '../../sim/simulate/simulate.js';
import { redlock4, redlock5, type RedlockPackage, sesamecareRedlock } from '../others/support/redlock-packages.js';
import { tillsTakeTurns } from '../others/support/redlock-worlds.js';
import type { Bench, Contender } from './bench.js';
import { cpuTimeOf } from './cpu-time.js';

const TILLS = 5;
const SEEDS = 20;

export async function redlockBench(): Promise<Bench> {
  const contender = (name: string, redlock: RedlockPackage, faults: 'usual' | 'none'): Contender => {
    let seed = 1;
    return {
      name,
      async round() {
        const { value: report, cpuMs } = await cpuTimeOf(() => simulate(tillsTakeTurns(redlock, TILLS), { seed, seeds: SEEDS, faults, timeMs: 600_000 }));
        seed += SEEDS;
        return [
          { measure: 'seeds', unit: 'seeds per CPU second', value: report.seeds / (cpuMs / 1000) },
          { measure: 'events', unit: 'events per CPU second', value: report.events / (cpuMs / 1000) },
          { measure: 'size of a run', unit: 'events a seed', value: report.events / report.seeds },
        ];
      },
    };
  };
  return {
    about:
      `published packages, unmodified, over real ioredis on three simulated Redis servers: ${TILLS} clients x 4 turns under one lock, ` +
      'with the usual faults or with none; in campaigns of 20 seeds, their calm runs and repeats included. Floor: 15 seeds/s of the base; 60 is the stretch.',
    base: redlock5.name,
    contenders: [
      contender(redlock5.name, redlock5, 'usual'),
      contender(`${redlock5.name}, no faults`, redlock5, 'none'),
      contender(redlock4.name, redlock4, 'usual'),
      contender(sesamecareRedlock.name, sesamecareRedlock, 'usual'),
    ],
  };
}
