import { expect, test } from 'vitest';
import { absentTargets, type SeenTopology } from '../../../../sim/simulate/seen-topology.js';

const topology: SeenTopology = {
  clients: ['shop-1', 'shop-2'],
  servers: [{ name: 'redis', durable: true, peers: [] }],
  pairs: [{ from: 'ann', to: 'shop-1' }],
};

test('processes, servers, and links and directions between any two of them are there', () => {
  expect(absentTargets(topology, ['shop-1', 'redis', 'ann', 'shop-2-redis', 'redis>shop-2', 'ann-shop-1', 'shop-1-shop-2'])).toEqual([]);
});

test('who was not there is told once, alone or at the end of a link', () => {
  expect(absentTargets(topology, ['shop', 'shop', 'shop-3-redis', 'redis>bob', 'shop-1', 'redis-'])).toEqual(['shop', 'shop-3-redis', 'redis>bob', 'redis-']);
});
