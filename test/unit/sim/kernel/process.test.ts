import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Incarnation } from '../../../../sim/kernel/process.js';
import { lateSchedule } from '../../../../sim/kernel/schedule.js';
import { Network } from '../../../../sim/network.js';
import { runWorld, sleep } from '../../../support/run-world.js';

test('each process has two clocks of its own: monotonic ones that do not compare, wall clocks that agree', async () => {
  await runWorld((world) => {
    const [a, b] = [world.process('a', () => undefined), world.process('b', () => undefined)];
    expect(a.monotonic.at(0)).not.toBe(b.monotonic.at(0));
    expect(new Date(a.wall.at(0) / 1000).toISOString()).toBe('2026-01-01T00:00:00.000Z');
    expect(b.wall.at(0)).toBe(a.wall.at(0));
  });
});

describe('a crash', () => {
  test('kills timers and queued events; a restart builds the process anew from its factory', async () => {
    const lives: { epoch: number; rings: number[] }[] = [];
    const { end } = await runWorld((world) => {
      const process = world.process('a', (own) => {
        const life = { epoch: own.epoch, rings: [] as number[] };
        lives.push(life);
        for (const length of [10, 30, 50]) own.setTimer(length, () => life.rings.push(length));
      });
      process.start();
      world.at(20, 'crash', () => process.crash());
      world.at(25, 'restart', () => process.start());
    });
    expect(end).toEqual({ kind: 'idle' });
    expect(lives).toEqual([
      { epoch: 1, rings: [10] },
      { epoch: 2, rings: [10, 30, 50] },
    ]);
  });

  test('tells its listeners which life has ended, and takes the unsynced tail of the disk', async () => {
    const ended: (number | string)[] = [];
    const { world } = await runWorld(
      (world) => {
        const process = world.process('a', () => {
          process.disk.append('log', 'synced');
          process.disk.sync('log');
          for (let at = 0; at < 50; at++) process.disk.append('log', at);
        });
        process.onCrash.push((incarnation) => ended.push(incarnation.name, incarnation.epoch));
        process.start();
        world.at(10, 'crash', () => {
          process.crash();
          process.crash();
        });
      },
      { overrides: { 'a/disk': { 0: 7 } } },
    );
    expect(ended).toEqual(['a', 1]);
    expect(world.processes[0]?.disk.read('log')).toEqual(['synced', 0, 1, 2, 3, 4, 5, 6]);
  });

  test('makes what the dead life still attempts inert, and counts it', async () => {
    const heard: unknown[] = [];
    const { world, end } = await runWorld((world) => {
      const network = new Network(world);
      const server = world.process('server', (own) => {
        network.listen(own, (endpoint) => {
          heard.push('connection');
          endpoint.handlers = { message: (text) => heard.push(text), closed: (reason) => heard.push(reason) };
        });
        network.receive(own, (_, text) => heard.push(text));
      });
      const client = world.process('client', (own) => {
        if (own.epoch > 1) return;
        const endpoint = network.connect(own, server, { message: () => heard.push('to the dead'), closed: () => heard.push('to the dead') });
        endpoint.send('before');
        own.setTimer(5_000, () => {
          client.crash();
          client.start();
          endpoint.send('after');
          network.send(own, server, 'a datagram');
          network.connect(own, server, { message: () => undefined, closed: () => undefined }).send('a new connection');
          own.setTimer(1, () => heard.push('a timer'));
        });
      });
      server.start();
      client.start();
    });
    expect(end).toEqual({ kind: 'idle' });
    expect(heard).toEqual(['connection', 'before', 'ended']);
    expect(world.inertEffects).toBe(5);
  });
});

test('a process that is running cannot be started', async () => {
  await runWorld((world) => {
    const process = world.process('a', () => undefined);
    process.start();
    expect(() => process.start()).toThrow('process a is already running');
  });
});

test('an effect of one process in the event of another is an error that says so', async () => {
  const shared: Incarnation[] = [];
  const { end } = await runWorld((world) => {
    world.process('a', (own) => void shared.push(own)).start();
    world.process('b', () => void shared[0]?.setTimer(1, () => undefined)).start();
  });
  const message = 'process a sets a timer while process b runs: do two processes share memory?';
  expect(end).toMatchObject({ kind: 'failed', process: 'b', error: { message } });
});

test('an effect of a process in an event of the world is such an error too', async () => {
  const { end } = await runWorld((world) => {
    const process = world.process('a', () => undefined);
    process.start();
    world.at(5, 'test', () => void process.incarnation?.setTimer(1, () => undefined));
  });
  const message = 'process a sets a timer while the world runs: do two processes share memory?';
  expect(end).toMatchObject({ kind: 'failed', process: 'world', error: { message } });
});

describe('timers', () => {
  const episodes = fc.array(fc.record({ after: fc.nat(30_000), ppm: fc.integer({ min: -500_000, max: 500_000 }) }), { maxLength: 8 });
  const lengths = fc.array(fc.nat(60_000), { minLength: 1, maxLength: 8 });

  test('are never early by the clock of their process, however it drifts and whatever is late, and all ring', async () => {
    await fc.assert(
      fc.asyncProperty(episodes, lengths, fc.boolean(), async (changes, timers, late) => {
        const early: number[] = [];
        let rung = 0;
        await runWorld((world) => {
          if (late) world.schedulePolicy = lateSchedule(world.draws.stream('schedule'), 2, 5_000);
          const process = world.process('a', (own) => {
            for (const length of timers) {
              const due = process.monotonic.at(world.now) + length;
              own.setTimer(length, () => {
                rung += 1;
                if (process.monotonic.at(world.now) < due) early.push(length);
              });
            }
          });
          process.start();
          let at = 0;
          for (const { after, ppm } of changes) world.at((at += after), 'drift', () => process.monotonic.setDrift(world.now, ppm));
        });
        expect(early).toEqual([]);
        expect(rung).toBe(timers.length);
      }),
    );
  });

  test('ring exactly when they are due while the clock is right; cancelled ones do not ring', async () => {
    const rung: number[] = [];
    await runWorld((world) => {
      world
        .process('a', async (own) => {
          own.setTimer(500, () => rung.push(-1)).cancel();
          for (const length of [0, 1, 999]) {
            const begun = world.now;
            await sleep(own, length);
            rung.push(world.now - begun);
          }
        })
        .start();
    });
    expect(rung).toEqual([0, 1, 999]);
  });

  test('need a whole number of microseconds', async () => {
    const { end } = await runWorld((world) => world.process('a', (own) => void own.setTimer(0.5, () => undefined)).start());
    expect(end).toMatchObject({ kind: 'failed', error: { message: 'process a sets a timer of 0.5 microseconds: a length is a whole number' } });
  });
});

describe('a pause', () => {
  test('holds back all that is due, then lets it happen in a burst, in the order in which it was due', async () => {
    const timers = fc.array(fc.nat(100), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(timers, fc.nat(60), fc.integer({ min: 1, max: 60 }), fc.option(fc.nat(60)), async (lengths, from, long, cut) => {
        const undisturbed: number[] = [];
        const rung: number[] = [];
        const until = cut === null ? from + long : Math.min(from + long, from + cut);
        const world = async (order: number[], pausing: boolean): Promise<void> => {
          await runWorld((world) => {
            const process = world.process('a', (own) =>
              lengths.forEach((length, index) =>
                own.setTimer(length, () => {
                  order.push(index);
                  if (!pausing) return;
                  expect(world.now).toBe(length >= from && length < until ? until : length);
                }),
              ),
            );
            process.start();
            if (!pausing) return;
            world.at(from, 'pause', () => (process.pausedUntil = from + long));
            world.at(until, 'resume', () => process.resume());
          });
        };
        await world(undisturbed, false);
        await world(rung, true);
        expect(rung).toEqual(undisturbed);
      }),
    );
  });

  test('tells of each event that it holds back, and ends with a crash', async () => {
    let heldBack = 0;
    const rung: number[] = [];
    await runWorld((world) => {
      const process = world.process('a', (own) => [10, 20].forEach((length) => own.setTimer(length, () => rung.push(world.now))));
      process.onHeldBack = () => (heldBack += 1);
      process.start();
      world.at(5, 'pause', () => (process.pausedUntil = 100));
      world.at(30, 'crash', () => process.crash());
      world.at(40, 'restart', () => process.start());
    });
    expect([heldBack, rung]).toEqual([2, [50, 60]]);
  });
});
