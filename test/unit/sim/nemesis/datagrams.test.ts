import { describe, expect, test } from 'vitest';
import type { SimProcess } from '../../../../sim/kernel/process.js';
import type { World } from '../../../../sim/kernel/world.js';
import { Network } from '../../../../sim/network.js';
import type { Passage, Rule, Verdict } from '../../../../sim/network-rules.js';
import { runWorld, sleep } from '../../../support/run-world.js';

/** A rule that counts how often it changed anything. */
function ruleOf(judge: (passage: Passage) => Verdict | null): Rule & { count: number } {
  const rule = { judge, count: 0, effective: () => void (rule.count += 1) };
  return rule;
}

describe('datagrams under the rules of their faults', () => {
  /** Sends 40 numbers from one server to another, under a rule; gives what arrived. */
  async function sent(
    judge: (passage: Passage) => Verdict | null,
    around: (world: World, receiver: SimProcess) => void = () => undefined,
  ): Promise<{ arrived: number[]; count: number }> {
    const arrived: number[] = [];
    const rule = ruleOf(judge);
    const { end } = await runWorld((world) => {
      const network = new Network(world);
      network.rules.push(rule);
      const receiver = world.process('receiver', (own) => {
        network.receive(own, (from, payload) => {
          expect([from, world.current]).toEqual(['sender', own]);
          arrived.push(payload as number);
        });
      });
      receiver.start();
      world
        .process('sender', async (own) => {
          for (let at = 0; at < 40; at++) {
            network.send(own, receiver, at);
            await sleep(own, 1_000);
          }
        })
        .start();
      around(world, receiver);
    });
    expect(end).toEqual({ kind: 'idle' });
    return { arrived, count: rule.count };
  }
  const all = Array.from({ length: 40 }, (_, at) => at);

  test('arrive, once each', async () => {
    expect(await sent(() => null)).toEqual({ arrived: all, count: 0 });
  });

  test('may be lost, come twice, and overtake', async () => {
    let at = 0;
    expect(await sent(() => (at++ % 2 === 0 ? { act: 'drop' } : null))).toEqual({ arrived: all.filter((number) => number % 2 === 1), count: 20 });
    const twice = await sent(() => ({ act: 'duplicate', microseconds: 5_000 }));
    expect([twice.arrived.toSorted((one, other) => one - other), twice.count]).toEqual([all.flatMap((number) => [number, number]), 40]);
    at = 0;
    const overtaken = await sent(() => (at++ === 0 ? { act: 'delay', microseconds: 3_000 } : null));
    expect(overtaken.count).toBe(1);
    expect(overtaken.arrived.indexOf(0)).toBeGreaterThan(1);
    expect(overtaken.arrived.filter((number) => number !== 0)).toEqual(all.slice(1));
  });

  test('are not kept by a cut link, and know no resets', async () => {
    expect(await sent(() => ({ act: 'hold', until: 1e9 }))).toEqual({ arrived: [], count: 40 });
    expect(await sent(() => ({ act: 'reset' }))).toEqual({ arrived: all, count: 0 });
  });

  test('delays of two rules add up', async () => {
    const at: number[] = [];
    await runWorld((world) => {
      const network = new Network(world, { base: 100, spread: 0 });
      network.rules.push(
        ruleOf(() => ({ act: 'delay', microseconds: 1_000 })),
        ruleOf(() => ({ act: 'delay', microseconds: 500 })),
      );
      const receiver = world.process('receiver', (own) => network.receive(own, () => at.push(world.now)));
      receiver.start();
      world.process('sender', (own) => network.send(own, receiver, 'message')).start();
    });
    expect(at).toEqual([1_600]);
  });

  test('are lost on a receiver that is down, or dies while they travel', async () => {
    const { arrived } = await sent(
      () => null,
      (world, receiver) => {
        world.at(10_010, 'crash', () => receiver.crash());
        world.at(20_020, 'restart', () => receiver.start());
      },
    );
    expect(arrived.filter((number) => number < 10)).toEqual(all.slice(0, 10));
    expect(arrived.filter((number) => number > 10 && number <= 20)).toEqual([]);
    expect(arrived.filter((number) => number > 20)).toEqual(all.slice(21));
  });
});
