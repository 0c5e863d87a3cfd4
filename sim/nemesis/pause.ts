import { everyone, type Fault, isNeeded } from './fault.js';

export const pause: Fault = {
  kind: 'pause',
  about: 'a process does nothing until the episode is over (a long collection, a stopped container), then does all that was due in a burst; its clocks go on',
  targets: everyone,
  lengthMs: (scope) => ({ min: 1, max: Math.min(scope.horizonMs, 2 * scope.ttlMs) }),
  strength: () => ({ min: 1, max: 1 }),
  begin: (site) => {
    const process = site.process(site.episode.target);
    if (process.incarnation === null || process.pausedUntil > site.world.now) return null;
    process.pausedUntil = site.until;
    const onHeldBack = (): void => {
      if (isNeeded(site, process)) site.effective();
    };
    process.onHeldBack = onHeldBack;
    return () => {
      // A crash may have ended it, and another pause begun since.
      if (process.onHeldBack !== onHeldBack) return;
      process.onHeldBack = null;
      process.resume();
    };
  },
};
