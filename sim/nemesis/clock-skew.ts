import { everyone, type Fault, stepWall } from './fault.js';

export const clockSkew: Fault = {
  kind: 'clock-skew',
  about: 'the wall clock of a process is wrong by `strength` ms, from the start to the end',
  targets: everyone,
  lengthMs: (scope) => ({ min: scope.horizonMs, max: scope.horizonMs }),
  strength: () => ({ min: -3_600_000, max: 3_600_000 }),
  permanent: true,
  begin: (site) => {
    stepWall(site);
    return () => undefined;
  },
};
