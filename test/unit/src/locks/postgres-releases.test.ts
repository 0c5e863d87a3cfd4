import { expect, test } from 'vitest';
import { ok, refused, type Outcome } from '../../../../src/base/outcome.js';
import { PostgresReleases } from '../../../../src/locks/postgres-releases.js';
import type { PostgresListener, PostgresRefusal, PostgresSubscription } from '../../../../src/ports/postgres.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { rows, ScriptedPostgres } from '../../../support/scripted-postgres.js';

type Listening = Outcome<PostgresSubscription, PostgresRefusal>;

class ListenedPostgres extends ScriptedPostgres {
  readonly listeners: PostgresListener[] = [];
  readonly answers: Listening[] = [];

  override query() {
    // A pooler in transaction mode delivers nothing.
    if (this.delivers) this.listeners.at(-1)?.notified('');
    return Promise.resolve(rows([null]));
  }
  constructor(private readonly delivers = true) {
    super();
  }
  // @ts-expect-error the scripted one never listens
  override listen(_channel: string, listener: PostgresListener): Promise<Listening> {
    this.listeners.push(listener);
    return Promise.resolve(this.answers.shift() ?? ok({ close: () => undefined }));
  }
}

function bench(delivers = true) {
  const [clock, postgres] = [new FakeClock(), new ListenedPostgres(delivers)];
  const releases = new PostgresReleases(postgres, clock, 'shop_released');
  const woken: string[] = [];
  const watch = (key: string, name = key) => releases.watch({ key, wake: () => woken.push(name) });
  return { clock, postgres, woken, watch };
}

test('all who wait share one subscription, and each is woken for its own key', async () => {
  const { clock, postgres, woken, watch } = bench();
  const [a, b, again] = [watch('a'), watch('b'), watch('a', 'a again')];
  expect(a.hears).toBe(false);
  await clock.advance(0);
  expect(postgres.listeners).toHaveLength(1);
  expect(a.hears).toBe(true);
  // When it begins to hear, everybody looks again: what was told before, nobody heard (R14).
  expect(woken.splice(0)).toEqual(['a', 'a again', 'b']);
  postgres.listeners[0]?.notified('a');
  expect(woken.splice(0)).toEqual(['a', 'a again']);
  a.close();
  postgres.listeners[0]?.notified('a');
  expect(woken.splice(0)).toEqual(['a again']);
  for (const one of [b, again]) one.close();
  postgres.listeners[0]?.notified('b');
  expect(woken).toEqual([]);
});

test('a lost subscription wakes all, who poll until there is another', async () => {
  const { clock, postgres, woken, watch } = bench();
  const a = watch('a');
  await clock.advance(0);
  woken.splice(0);
  const gone = refused<PostgresRefusal>({ reason: 'unavailable', message: 'gone' });
  postgres.answers.push(gone, gone);
  postgres.listeners[0]?.lost();
  expect(woken.splice(0)).toEqual(['a']);
  expect(a.hears).toBe(false);
  await clock.advance(250);
  expect(postgres.listeners).toHaveLength(4);
  expect(a.hears).toBe(true);
  expect(woken).toEqual(['a']);
});

test('when nobody waits any more, a lost subscription is not made again until somebody does', async () => {
  const { clock, postgres, watch } = bench();
  watch('a').close();
  await clock.advance(0);
  postgres.listeners[0]?.lost();
  await clock.advance(1000);
  expect(postgres.listeners).toHaveLength(1);
  const b = watch('b');
  await clock.advance(0);
  expect(b.hears).toBe(true);
});

test('what was confirmed but never heard does not count: a pooler swallows it', async () => {
  const { clock, postgres, woken, watch } = bench(false);
  const a = watch('a');
  await clock.advance(1000);
  expect([postgres.listeners.length, a.hears, woken]).toEqual([1, false, []]);
  postgres.listeners[0]?.notified('another key');
  expect([a.hears, woken]).toEqual([true, ['a']]);
});
