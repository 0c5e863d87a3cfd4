import { simulate, type SimulateOptions } from '../../sim/index.js';
import { lastItem } from './small-shop.js';

/** Prints the digest of a campaign: what a new process makes of the same seeds. */
const report = await simulate(
  lastItem(async (redis) => {
    if (Number(await redis.decr('stock')) >= 0) return true;
    await redis.incr('stock');
    return false;
  }),
  JSON.parse(process.argv[2] ?? '{}') as SimulateOptions,
);
process.stdout.write(`${report.digest}\n`);
