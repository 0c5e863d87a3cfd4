import { everyone, type Fault, stepWall } from './fault.js';

export const clockStep: Fault = {
  kind: 'clock-step',
  about: 'the wall clock of a process jumps by `strength` ms (back, when negative)',
  targets: everyone,
  lengthMs: () => ({ min: 1, max: 1 }),
  strength: (scope) => ({ min: -2 * scope.ttlMs, max: 2 * scope.ttlMs }),
  begin: (site) => {
    stepWall(site);
    return () => undefined;
  },
};
