import { test } from 'vitest';
import { ioredisContender } from './ioredis-contender.js';
import { simulatedContender } from './simulated-contender.js';
import { mockContender } from './mock-contender.js';
import { portFamilies } from './port-families.js';
import { familySteps } from './port-family.js';
import { SideBySide } from './side-by-side.js';
import { drawsFrom } from './step.js';

test('try', async () => {
  const real = process.env['MOCK'] ? mockContender() : await ioredisContender();
  const pair = new SideBySide(await simulatedContender(), real);
  for (const family of portFamilies) {
  const seen = new Map<string, string>();
  let n = 0; const t = performance.now();
  for (let seed = 1; seed < (family.name.startsWith('expiry') ? 15 : 150); seed++) {
    const steps = familySteps(family, drawsFrom(seed), 30);
    n += steps.length;
    try { await pair.run(steps); } catch (e) { const m = (e as Error).message; const key = m.split('\n').slice(-3).join('|').slice(0, 60); if (!seen.has(key)) { seen.set(key, m); console.log(family.name, seed, m.slice(0, 1500)); } if (seen.size > 8) break; }
  }
  console.log(family.name, n, 'steps', performance.now() - t, 'ms');
  }
  await real.close();
});
