import { everyone, type Fault, isNeeded } from './fault.js';

export const clockDrift: Fault = {
  kind: 'clock-drift',
  about: 'both clocks of a process run fast by `strength` parts per million (slow, when negative)',
  targets: everyone,
  lengthMs: (scope) => ({ min: 1, max: scope.horizonMs }),
  strength: (scope) => {
    const most = scope.bounds?.clockDriftPpm ?? 200_000;
    return { min: -most, max: most };
  },
  // All clocks drift: it takes a fast one and a slow one at the same time to use up a margin.
  mostEpisodes: (topology) => 2 * everyone(topology).length,
  begin: (site) => {
    const process = site.process(site.episode.target);
    const begun = site.world.now;
    const ends = [process.monotonic, process.wall].map((clock) => {
      clock.setDrift(begun, site.episode.strength);
      const unwatch = clock.watch((now) => {
        const isOff = Math.floor(((now - begun) * site.episode.strength) / 1_000_000) !== 0;
        if (!isOff || !isNeeded(site, process)) return false;
        site.effective();
        return true;
      });
      return () => {
        clock.setDrift(site.world.now, 0);
        unwatch();
      };
    });
    return () => {
      for (const end of ends) end();
    };
  },
};
