import { afterEach, expect, test } from 'vitest';
import { FailureTrap } from '../../../../sim/kernel/failure-trap.js';

const before = process.rawListeners('unhandledRejection') as (() => void)[];
afterEach(() => {
  process.removeAllListeners('unhandledRejection');
  for (const listener of before) process.on('unhandledRejection', listener);
});

test('while it is set it alone hears; afterwards the listeners that were there are there again, in their order', () => {
  const heard: string[] = [];
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', (error) => heard.push(`always ${String(error)}`));
  process.once('unhandledRejection', (error) => heard.push(`once ${String(error)}`));
  const trap = new FailureTrap((error) => heard.push(`trap ${String(error)}`));
  const tell = (error: string): boolean => process.emit('unhandledRejection', error, Promise.resolve());
  for (const error of ['a', 'b']) {
    trap.set();
    tell(error);
    trap.release();
  }
  tell('c');
  tell('d');
  expect(heard).toEqual(['trap a', 'trap b', 'always c', 'once c', 'always d']);
});
