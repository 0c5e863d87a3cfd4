import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { redlock4, redlock5, type RedlockPackage, sesamecareRedlock } from './support/redlock-packages.js';
import { cut, delayReplies, delayRequests, loseNextReply, partition, type RealServers, within, withRealServers } from './support/real-servers.js';

// What `simulate` found in these packages, replayed with real processes: the same wrong outcome each time. Only bounds on
// time that the outcome itself is about are asked for.

const KEY = 'stock:42';
const fromVersion5 = [redlock5, sesamecareRedlock];

/** With the package's scripts loaded at all servers, as they are once a service has run for a second. */
async function warm(redlock: RedlockPackage, count: number, body: (real: RealServers) => Promise<void>): Promise<void> {
  await withRealServers(count, async (real) => {
    const { redises } = await real.client();
    const lock = await redlock.open(redises).acquire(['warm up'], 5000);
    await (await lock.extend(5000)).release();
    await body(real);
  });
}

describe.each(fromVersion5)('$name', (redlock) => {
  test('three contenders for a free key keep each other out, and nobody gets it', async () => {
    await warm(redlock, 3, async (real) => {
      const clients = await Promise.all([real.client(), real.client(), real.client()]);
      // Each of them is near to another server.
      clients.forEach(({ links }, near) => delayRequests(links.toSpliced(near, 1), 200));
      const outcomes = await Promise.allSettled(clients.map(({ redises }) => redlock.open(redises).acquire([KEY], 10_000)));
      expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    });
  });

  test('two servers, two contenders, one vote each: acquire never settles', async () => {
    await warm(redlock, 2, async (real) => {
      const clients = await Promise.all([real.client(), real.client()]);
      clients.forEach(({ links }, near) => delayRequests(links.toSpliced(near, 1), 200));
      const acquiring = clients.map(({ redises }) => redlock.open(redises, { retryCount: 3 }).acquire([KEY], 500));
      // Three attempts, a lease and four seconds more: the keys are long gone.
      expect(await Promise.all(acquiring.map((promise) => within(6000, promise)))).toEqual(['not settled', 'not settled']);
      expect(await real.having(KEY)).toBe(0);
      const another = await real.client();
      expect(await within(1000, redlock.open(another.redises).acquire([KEY], 500))).toHaveProperty('value');
    });
  });

  test('three servers, one of them out of reach, one vote each from the others: acquire does not end until it is back', async () => {
    await warm(redlock, 3, async (real) => {
      const [one, other] = [await real.client(), await real.client()];
      delayRequests(one.links.slice(1, 2), 200);
      delayRequests(other.links.slice(0, 1), 200);
      const heal = partition(one.links.slice(2));
      const acquiring = redlock.open(one.redises, { retryCount: 3 }).acquire([KEY], 500);
      await redlock.open(other.redises).acquire([KEY], 500);
      expect(await within(5000, acquiring)).toBe('not settled');
      expect(await real.having(KEY)).toBe(0);
      heal();
      expect(await within(5000, acquiring)).toHaveProperty('value');
    });
  });

  test('one answer lost to a reset, and a free key stays taken until the lease of nobody is over', async () => {
    await warm(redlock, 3, async (real) => {
      const { redises, links } = await real.client();
      loseNextReply(links);
      const begun = performance.now();
      await redlock.open(redises, { retryCount: 100, retryDelay: 50, retryJitter: 0 }).acquire([KEY], 3000);
      expect(performance.now() - begun).toBeGreaterThan(2900);
    });
  });

  test('the answers come late, and the lock that acquire gives is over already', async () => {
    await warm(redlock, 3, async (real) => {
      const { redises, links } = await real.client();
      delayReplies(links, 700);
      const lock = await redlock.open(redises).acquire([KEY], 500);
      expect(lock.expiration).toBeLessThan(Date.now());
      expect(await real.having(KEY)).toBe(0);
    });
  });

  test('cut off, the holder is not told in time: two routines run, both with a signal that has not aborted', async () => {
    await warm(redlock, 3, async (real) => {
      const [one, other] = [await real.client(), await real.client()];
      const settings = { automaticExtensionThreshold: 500 };
      let heal = (): void => undefined;
      let signalOfOne: AbortSignal | undefined;
      const holding = redlock.open(one.redises, settings).using([KEY], 1000, async (signal) => {
        signalOfOne = signal;
        heal = partition(one.links);
        await sleep(2500);
      });
      await within(300, holding);
      const abortedWhenTheNextIsIn = await redlock.open(other.redises, settings).using([KEY], 1000, () => Promise.resolve(signalOfOne?.aborted));
      expect(abortedWhenTheNextIsIn).toBe(false);
      heal();
      await within(10_000, holding);
    });
  });

  test('the answer to the release is lost: "paid" becomes an error', async () => {
    await warm(redlock, 3, async (real) => {
      const { redises, links } = await real.client();
      const paying = redlock.open(redises).using([KEY], 5000, () => {
        loseNextReply(links);
        return Promise.resolve('paid');
      });
      await expect(paying).rejects.toThrow('unable to achieve a quorum');
      expect(await real.having(KEY)).toBe(0);
    });
  });

  test('a resource that is named twice: released at once, and then an error instead of the value', async () => {
    await warm(redlock, 3, async (real) => {
      const { redises } = await real.client();
      const transfer = redlock.open(redises).using(['account:1', 'account:1'], 5000, () => Promise.resolve('transferred'));
      await expect(transfer).rejects.toThrow('unable to achieve a quorum');
      expect(await real.having('account:1')).toBe(0);
    });
  });

  test('connections lost when the lease is due for extension: no timer runs and nothing reconnects until it is over', async () => {
    await warm(redlock, 3, async (real) => {
      // Set up as in https://github.com/mike-marcacci/node-redlock/issues/292.
      const { redises, links } = await real.client({ enableOfflineQueue: false, maxRetriesPerRequest: 0 });
      const locks = redlock.open(redises, { retryCount: 0, automaticExtensionThreshold: 1000 });
      let errors = 0;
      locks.onError(() => (errors += 1));
      let healed = false;
      let healedAtTheAbort: boolean | undefined;
      const using = locks.using([KEY], 1500, async (signal) => {
        signal.addEventListener('abort', () => (healedAtTheAbort = healed));
        await sleep(400);
        const lift = cut(links);
        // The extension is due at about 485 ms, the lease ends at about 1485 ms: there is time to connect again.
        setTimeout(() => {
          healed = true;
          lift();
        }, 200);
        await sleep(1500);
      });
      await within(10_000, using);
      expect(healedAtTheAbort).toBe(false);
      expect(errors).toBeGreaterThan(1000);
    });
  });
});

describe(redlock5.name, () => {
  test('after a wait for a holder that died, the lock that acquire gives is over already', async () => {
    await warm(redlock5, 3, async (real) => {
      const [dead, next] = [await real.client(), await real.client()];
      await redlock5.open(dead.redises).acquire([KEY], 1000);
      const lock = await redlock5.open(next.redises).acquire([KEY], 1000);
      expect(lock.expiration).toBeLessThan(Date.now());
    });
  });
});

describe(redlock4.name, () => {
  test('one silent server of three: lock does not settle while it is silent', async () => {
    await warm(redlock4, 3, async (real) => {
      const { redises } = await real.client();
      real.servers[2]?.pause();
      const locking = redlock4.open(redises).acquire([KEY], 10_000);
      expect(await within(4000, locking)).toBe('not settled');
      real.servers[2]?.resume();
      expect(await within(5000, locking)).toHaveProperty('value');
    });
  });

  test('an extension that fails for a moment gives the lock away, while the lock says that it is valid', async () => {
    await warm(redlock4, 3, async (real) => {
      const one = await real.client({ commandTimeout: 100 });
      const other = await real.client();
      const first = await redlock4.open(one.redises).acquire([KEY], 5000);
      const undelay = delayReplies(one.links, 300);
      const extending = within(20_000, first.extend(5000));
      await sleep(200);
      undelay();
      const second = await redlock4.open(other.redises).acquire([KEY], 5000);
      expect(first.expiration - Date.now()).toBeGreaterThan(2000);
      expect(second.expiration - Date.now()).toBeGreaterThan(2000);
      expect(await extending).toHaveProperty('error');
    });
  });

  test('a resource that is named twice: released at once, and then an error', async () => {
    await warm(redlock4, 3, async (real) => {
      const { redises } = await real.client();
      const lock = await redlock4.open(redises).acquire(['account:1', 'account:1'], 5000);
      await expect(lock.release()).rejects.toThrow('Unable to fully release');
      expect(await real.having('account:1')).toBe(0);
    });
  });
});
