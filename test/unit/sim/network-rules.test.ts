import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Passage, Rule, Verdict } from '../../../sim/network-rules.js';
import { sleep } from '../../support/run-world.js';
import { talk } from '../../support/talk.js';

/** A rule that counts how often it changed anything. */
function ruleOf(judge: (passage: Passage) => Verdict | null): Rule & { count: number } {
  const rule = { judge, count: 0, effective: () => void (rule.count += 1) };
  return rule;
}

describe('rules', () => {
  const endings: readonly Verdict[] = [{ act: 'reset' }, { act: 'lose', then: 'reset' }, { act: 'lose', then: 'silence' }];
  const verdicts = fc.option(
    fc.oneof(
      { weight: 5, arbitrary: fc.nat(3_000).map((microseconds): Verdict => ({ act: 'delay', microseconds })) },
      { weight: 5, arbitrary: fc.nat(8_000).map((until): Verdict => ({ act: 'hold', until })) },
      { weight: 1, arbitrary: fc.constantFrom<Verdict>(...endings, { act: 'drop' }, { act: 'duplicate', microseconds: 9 }) },
    ),
    { freq: 3 },
  );

  test('whatever they do, each side hears a beginning of what the other sent, in order, each once, then at most one end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.array(fc.array(verdicts, { minLength: 1 }), { maxLength: 3 }), fc.option(fc.nat(8_000)), async (seed, scripts, closeAt) => {
        const { says } = await talk(
          {
            client: async (own, dial) => {
              const endpoint = dial();
              if (closeAt !== null) own.setTimer(closeAt, () => endpoint.close());
              for (let at = 0; at < 15; at++) {
                endpoint.send(at);
                if (at % 3 === 0) await sleep(own, 400);
              }
            },
            answer: (message) => message,
            around: ({ network }) => {
              for (const script of scripts) {
                let at = 0;
                network.rules.push(ruleOf(() => script[at++ % script.length] ?? null));
              }
            },
          },
          seed,
        );
        for (const side of [says.server, says.client]) {
          const messages = side.filter((what) => typeof what === 'number');
          expect(messages).toEqual(messages.map((_, index) => index));
          expect(side.slice(messages.length).length).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('delay and hold change the time, and say so only when they do', async () => {
    const arrival = async (judge: (passage: Passage) => Verdict | null): Promise<{ at: number; count: number }> => {
      const rule = ruleOf((passage) => (passage.part === 'data' ? judge(passage) : null));
      const { heard } = await talk({ client: (_, dial) => dial().send('message'), around: ({ network }) => network.rules.push(rule) });
      return { at: heard.server[0]?.at as number, count: rule.count };
    };
    // Behind its opening, which is the slower of the two here; alone it would have been there sooner.
    const { at } = await arrival(() => null);
    const { at: delayed } = await arrival(() => ({ act: 'delay', microseconds: 1_000 }));
    const alone = delayed - 1_000;
    expect(alone).toBeLessThanOrEqual(at);
    expect(await arrival(() => ({ act: 'delay', microseconds: 700 }))).toEqual({ at: alone + 700, count: 1 });
    expect(await arrival(() => ({ act: 'hold', until: 9_000 }))).toEqual({ at: 9_000, count: 1 });
    expect(await arrival(() => ({ act: 'delay', microseconds: 0 }))).toEqual({ at, count: 0 });
    expect(await arrival(() => ({ act: 'hold', until: 50 }))).toEqual({ at, count: 0 });
    // Behind a message that is later still it makes no difference.
    const opening = ruleOf(({ part }) => (part === 'open' ? { act: 'hold', until: 20_000 } : null));
    const behind = ruleOf(({ part }) => (part === 'data' ? { act: 'hold', until: 10_000 } : null));
    const { heard } = await talk({ client: (_, dial) => dial().send('message'), around: ({ network }) => network.rules.push(opening, behind) });
    expect([heard.server[0]?.at, opening.count, behind.count]).toEqual([20_000, 1, 0]);
  });

  test.each(['reset', 'silence'] as const)('a lost reply: the effect has happened, the answer never comes, then %s', async (then) => {
    const rule = ruleOf(({ isReply, part }) => (isReply && part === 'data' ? { act: 'lose', then } : null));
    const { says } = await talk({
      client: async (own, dial, { heard }) => {
        const endpoint = dial();
        endpoint.send('do it');
        await sleep(own, 50_000);
        expect(heard.client.length).toBe(then === 'reset' ? 1 : 0);
        endpoint.send('again');
        await sleep(own, 50_000);
        endpoint.close();
      },
      answer: () => 'done',
      around: ({ network }) => network.rules.push(rule),
    });
    expect(says).toEqual(then === 'reset' ? { client: ['reset'], server: ['do it', 'reset'] } : { client: [], server: ['do it', 'again', 'ended'] });
    expect(rule.count).toBe(1);
  });

  test('a side that went silent and then died could not say so: the other side hears of it when the silent are cut', async () => {
    const { says } = await talk({
      client: async (own, dial) => {
        dial().send('do it');
        await sleep(own, 100_000);
      },
      answer: () => 'done',
      around: ({ world, network, server, heard }) => {
        network.rules.push(ruleOf(({ isReply, part }) => (isReply && part === 'data' ? { act: 'lose', then: 'silence' } : null)));
        world.at(20_000, 'crash', () => server.crash());
        world.at(40_000, 'heal', () => {
          expect(heard.client).toEqual([]);
          network.cutSilenced();
        });
      },
    });
    expect(says).toEqual({ client: ['reset'], server: ['do it'] });
  });

  test("what is sent to a side that has closed already is nobody's loss", async () => {
    const rule = ruleOf(({ isReply, part }) => (isReply && part === 'data' ? { act: 'lose', then: 'reset' } : null));
    await talk({
      client: async (own, dial) => {
        const endpoint = dial();
        await sleep(own, 1_000);
        endpoint.send('never mind');
        endpoint.close();
      },
      answer: () => 'done',
      around: ({ network }) => network.rules.push(rule),
    });
    expect(rule.count).toBe(0);
  });

  test('a refusal passes over the link too: a cut one holds it back', async () => {
    const cut = ruleOf(({ from }) => (from.name === 'server' ? { act: 'hold', until: 30_000 } : null));
    const { heard } = await talk({ client: (_, dial) => void dial(), serverStarts: false, around: ({ network }) => network.rules.push(cut) });
    expect(heard.client).toEqual([{ what: 'refused', at: 30_000 }]);
    expect(cut.count).toBe(1);
  });

  test('a passage says from whom, to whom, which way, which part', async () => {
    const seen = new Set<string>();
    await talk({
      client: async (own, dial) => {
        const endpoint = dial();
        endpoint.send('ask');
        await sleep(own, 3_000);
        endpoint.close();
      },
      answer: () => 'answer',
      around: ({ network }) =>
        network.rules.push(
          ruleOf(({ from, to, transport, part, isReply, endpoint }) => {
            seen.add(`${from.name} ${to.name} ${transport} ${part} ${isReply} ${endpoint?.local.name}`);
            return null;
          }),
        ),
    });
    expect([...seen]).toEqual([
      'client server connection open false client',
      'client server connection data false client',
      'server client connection data true server',
      'client server connection close false client',
    ]);
  });
});
