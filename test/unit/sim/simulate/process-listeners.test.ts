import { expect, test } from 'vitest';
import { ProcessListeners } from '../../../../sim/simulate/process-listeners.js';

test('takes away what was added, also of an event that nobody listened to, and leaves what was there', () => {
  const old = (): void => undefined;
  process.on('SIGUSR2', old);
  try {
    const listeners = new ProcessListeners();
    process.on('SIGUSR2', old);
    process.once('SIGUSR2', () => undefined);
    process.on('holdfast-test' as never, () => undefined);
    listeners.restore();
    expect(process.listeners('SIGUSR2')).toEqual([old]);
    expect(process.listenerCount('holdfast-test')).toBe(0);
  } finally {
    process.removeListener('SIGUSR2', old);
  }
});

test('puts the exit code back', () => {
  const before = process.exitCode;
  const listeners = new ProcessListeners();
  process.exitCode = 7;
  listeners.restore();
  expect(process.exitCode).toBe(before);
});
