import { expect, test } from 'vitest';
import { ownPlaces } from '../../../../sim/kernel/own-places.js';

test('from the sources: the place itself, as a URL and as a path', () => {
  expect(ownPlaces('file:///app/sim/kernel/escape-error.ts', './', '../testing/x.ts')).toEqual([
    'file:///app/sim/kernel/',
    '/app/sim/kernel/',
    'file:///app/sim/testing/x',
    '/app/sim/testing/x',
  ]);
});

test('from dist: also where the source maps say that it is', () => {
  const places = ownPlaces('file:///app/node_modules/holdfast/dist/sim/kernel/escape-error.js', './');
  expect(places).toContain('/app/node_modules/holdfast/dist/sim/kernel/');
  expect(places).toContain('/app/node_modules/holdfast/sim/kernel/');
});
