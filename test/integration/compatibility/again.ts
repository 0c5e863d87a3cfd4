import { setTimeout as sleep } from 'node:timers/promises';

/** Does it until it succeeds: what a fault has broken works again some time later. */
export async function again<T>(operation: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await operation();
    } catch {
      await sleep(20);
    }
  }
}

export function expectSame(what: string, actual: unknown, expected: unknown): void {
  if (JSON.stringify(actual) !== JSON.stringify(expected)) throw new Error(`${what} gave ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`);
}
