import fc from 'fast-check';
import { type Action, strong, type System, system, weak } from '../../models/checker/define-model.js';
import { each, flag, type Id, ids, maybe, range, type StateOf } from '../../models/checker/shape.js';

const NODES = 8;

/** A random graph: each action leads from some nodes to another, or stays. With fairness, and with liveness properties. */
export const arbitraryGraph: fc.Arbitrary<System> = fc
  .record({
    starts: fc.uniqueArray(fc.nat(NODES - 1), { minLength: 1, maxLength: 2 }),
    actions: fc.array(
      fc.record({
        fair: fc.constantFrom('none', 'none', 'weak', 'strong', 'group', 'strong group'),
        // For each of two instances, where each node leads: -1 is nowhere.
        leads: fc.array(fc.array(fc.integer({ min: -4, max: NODES - 1 }), { minLength: NODES, maxLength: NODES }), { minLength: 2, maxLength: 2 }),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    from: fc.array(fc.boolean(), { minLength: NODES, maxLength: NODES }),
    to: fc.array(fc.boolean(), { minLength: NODES, maxLength: NODES }),
    good: fc.nat(NODES),
  })
  .map(({ starts, actions, from, to, good }) => {
    const instances = ids(2);
    const fairness = { none: undefined, weak: weak(), strong: strong(), group: weak('together'), 'strong group': strong('firmly') } as const;
    const state = { node: range(0, NODES - 1) };
    return system<typeof state>({
      state,
      init: starts.map((start) => (s) => void (s.node = start)),
      actions: Object.fromEntries(
        actions.map(({ fair, leads }, index) => {
          const asked = fairness[fair];
          const target = (node: number, instance: Id): number => leads[instance - 1]?.[node] ?? -1;
          return [
            `A${index}`,
            {
              for: [instances],
              when: (s, i) => target(s.node, i) >= 0,
              then: (s, i) => void (s.node = target(s.node, i)),
              fair: asked,
            } satisfies Action<StateOf<typeof state>>,
          ];
        }),
      ),
      always: { Good: (s) => s.node !== good },
      deadlockFree: 'NoDeadlock',
      leadsTo: { Comes: { from: (s) => from[s.node] === true, to: (s) => to[s.node] === true } },
      eventually: { Happens: { reaches: (s) => to[s.node] === true } },
    });
  });

/** Random systems of several variables, all of whose kinds occur, over up to three words. */
export const arbitraryArithmetic: fc.Arbitrary<System> = fc
  .record({
    clients: fc.integer({ min: 1, max: 3 }),
    min: fc.integer({ min: -3, max: 3 }),
    size: fc.integer({ min: 1, max: 4 }),
    wide: fc.constantFrom(1, 2 ** 20, 2 ** 31 - 1),
    steps: fc.array(fc.record({ guard: fc.nat(5), effect: fc.nat(5), by: fc.nat(3) }), { minLength: 1, maxLength: 4 }),
    limit: fc.nat(6),
  })
  .map(({ clients: howMany, min, size, wide, steps, limit }) => {
    const clients = ids(howMany);
    const state = {
      small: each(clients, range(min, min + size)),
      owner: maybe(clients),
      mark: each(clients, each(clients, flag)),
      large: range(0, wide),
      other: range(-wide, 0),
    };
    return system<typeof state>({
      state,
      actions: Object.fromEntries(
        steps.map(({ guard, effect, by }, index) => [
          `A${index}`,
          {
            for: [clients],
            when: (s, c) => [s.owner === 0, s.owner === c, s.small[c] < min + by, !s.mark[c][c], s.large < 3, true][guard] === true,
            then(s, c) {
              if (effect === 0) s.owner = c;
              if (effect === 1) s.owner = 0;
              if (effect === 2) s.small[c] = min + ((s.small[c] - min + by) % (size + 1));
              if (effect === 3) s.mark[c][clients[by % howMany] as Id] = !s.mark[c][c];
              if (effect === 4) s.large = Math.min(wide, s.large === 0 ? by : s.large > 3 ? s.large : Math.max(0, wide - by));
              if (effect === 5) s.other = Math.max(-wide, s.other === 0 ? -by : s.other);
            },
          } satisfies Action<StateOf<typeof state>>,
        ]),
      ),
      always: {
        Sum: (s) => clients.reduce((sum, c) => sum + s.small[c] - min, 0) < limit,
        Marks: (s) => s.owner === 0 || s.mark[s.owner][1] === s.mark[1][s.owner],
      },
      deadlockFree: 'NoDeadlock',
    });
  });
