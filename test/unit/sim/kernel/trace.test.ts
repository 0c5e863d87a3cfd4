import { expect, test } from 'vitest';
import { Trace } from '../../../../sim/kernel/trace.js';
import { runWorld } from '../../../support/run-world.js';

test('says of each event when it was, whose, of which kind, with what; notes belong to the event before them', async () => {
  const trace = new Trace();
  await runWorld(
    (world) => {
      const process = world.process('a', (own) => {
        world.note('begins');
        world.schedule(30, own, 'message', () => undefined, ['SET', 'key', 1, null, { error: 'ERR' }]);
      });
      process.start();
      world.at(40, 'fault', () => world.note('a pause begins'));
    },
    { trace },
  );
  expect(trace.lines()).toEqual([
    { event: 1, time: 0, process: 'a', kind: 'start', text: '' },
    { event: 1, time: 0, process: 'a', kind: 'note', text: 'begins' },
    { event: 2, time: 30, process: 'a', kind: 'message', text: 'SET key 1 null {"error":"ERR"}' },
    { event: 3, time: 40, process: 'world', kind: 'fault', text: '' },
    { event: 3, time: 40, process: 'world', kind: 'note', text: 'a pause begins' },
  ]);
});

test('shows long payloads in short, and such that JSON does not know', async () => {
  const trace = new Trace();
  await runWorld(
    (world) => {
      for (const payload of [['x'.repeat(1000)], [12n], { token: 7n }, [undefined]]) world.schedule(0, null, 'test', () => undefined, payload);
    },
    { trace },
  );
  expect(trace.lines().map(({ text }) => text)).toEqual([`${'x'.repeat(160)}...`, '"12n"', '{"token":"7n"}', 'undefined']);
});

test('a world without a trace takes no notes', async () => {
  const { world } = await runWorld((world) => world.at(0, 'test', () => world.note('unheard')));
  expect(world.tracing).toBe(false);
});
