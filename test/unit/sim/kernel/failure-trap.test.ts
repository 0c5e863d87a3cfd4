import { expect, test } from 'vitest';
import { bestDrainMode, type DrainMode } from '../../../../sim/kernel/drain.js';
import { runWorld } from '../../../support/run-world.js';

const modes: DrainMode[] = bestDrainMode === 'tick' ? ['tick', 'immediate'] : ['immediate'];

test.each(modes)('a promise that nobody caught ends the run, and no listener outside hears of it (drain %s)', async (drain) => {
  const heard: unknown[] = [];
  const listener = (error: unknown): void => void heard.push(error);
  process.on('unhandledRejection', listener);
  try {
    const { end } = await runWorld((world) => world.process('careless', () => void Promise.reject(new Error('nobody caught me'))).start(), { drain });
    expect(end).toEqual({ kind: 'failed', error: new Error('nobody caught me'), process: 'careless' });
    expect(heard).toEqual([]);
    process.emit('unhandledRejection', 'from outside', Promise.resolve());
    expect(heard).toEqual(['from outside']);
  } finally {
    process.off('unhandledRejection', listener);
  }
});
