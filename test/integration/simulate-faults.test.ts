import { Redis } from 'ioredis';
import { describe, expect, test } from 'vitest';
import { simulate, type SimulationBody } from '../../sim/index.js';

describe('faults', () => {
  test('end when the test calls for calm', async () => {
    const report = await simulate(
      async (world) => {
        world.process('worker', (own) => own.sleep(1));
        world.calm();
        await world.sleep(2_000);
      },
      { seeds: 5, plan: [{ kind: 'crash', atMs: 0, forMs: 100, target: 'worker', strength: 1 }] },
    );
    expect(report.faults).toEqual({});
  });

  test('hit whom the plan names, and leave out who is spared', async () => {
    const lives = new Set<string>();
    const body: SimulationBody = async (world) => {
      const processes = ['hit', 'spared'].map((name) =>
        world.process(
          name,
          async (own) => {
            lives.add(`${name} ${own.life}`);
            await own.sleep(100);
          },
          { faults: name === 'hit' },
        ),
      );
      await Promise.all(processes.map(({ finished }) => finished));
    };
    await simulate(body, { seeds: 40, faults: ['crash', 'pause'] });
    expect([...lives].sort()).toEqual(expect.arrayContaining(['hit 1', 'hit 2', 'spared 1']));
    expect(lives.has('spared 2')).toBe(false);
    const wrong = await simulate(body, { plan: [{ kind: 'crash', atMs: 0, forMs: 1, target: 'hitt', strength: 1 }] }).catch((error: Error) => error.message);
    expect(wrong).toBe('plan: the fault crash cannot have the target "hitt": give one of hit');
    expect(await simulate(body, { faults: ['flush'] }).catch((error: Error) => error.message)).toMatch(/^faults: this world has nothing that flush could hit/);
  });

  test('leave no connection silent for ever: a client without any time-out gets on when they are over', async () => {
    const report = await simulate(
      async (world) => {
        const redis = world.redis('redis');
        const client = world.process('client', async () => {
          const connection = new Redis({ host: 'redis' });
          connection.on('error', () => undefined);
          await connection.set('done', 1);
          connection.disconnect();
        });
        await client.finished;
        expect(redis.run('GET', 'done')).toBe('1');
      },
      { seeds: 20, plan: [{ kind: 'reply-lost', atMs: 0, forMs: 400, target: 'client-redis', strength: 100 }] },
    );
    expect(report.faults['reply-lost']?.effective).toBe(20);
    expect(report.virtualMs).toBeGreaterThan(400);
  });

  test('hit the links between processes, but none of the test itself', async () => {
    const body: SimulationBody = async (world) => {
      world.redis('redis');
      const client = world.process('client', async () => {
        const connection = new Redis({ host: 'redis' });
        await connection.get('x');
        connection.disconnect();
      });
      const own = new Redis({ host: 'redis' });
      await own.get('x');
      own.disconnect();
      await client.finished;
    };
    const targets = await simulate(body, { plan: [{ kind: 'delay', atMs: 0, forMs: 1, target: '?', strength: 1 }] }).catch((error: Error) => error.message);
    expect(targets).toMatch(/: give one of client-redis$/);
  });
});
