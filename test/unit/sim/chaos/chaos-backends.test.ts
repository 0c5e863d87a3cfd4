import { expect, test } from 'vitest';
import { chaosBackends, findServers } from '../../../../sim/chaos/chaos-backends.js';
import { locks } from '../../../../sim/registry.js';
import { everyServer } from '../../../../sim/topology.js';

test('each server that a world can have is one of just one back end, whose lock exists', () => {
  const served = [...chaosBackends.values()].flatMap(({ servers }) => servers);
  expect([...served].sort()).toEqual([...everyServer].sort());
  for (const { lock } of chaosBackends.values()) expect([...locks.keys()]).toContain(lock);
});

test('a server that none of the back ends asked for can be is told, with what to ask for', () => {
  expect(() => findServers(['redis', 'shop', 'postgres'], { backends: ['postgres'] })).toThrow(
    /^this lock under this workload needs redis: give --backend postgres,redis$/,
  );
});
