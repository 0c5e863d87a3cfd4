import fc from 'fast-check';
import { expect } from 'vitest';
import { parseFencingToken } from '../../src/base/fencing-token.js';
import type { Fenced, Identified, Stock } from '../../src/inventory/stock.js';
import { World } from '../../sim/kernel/world.js';
import { Network } from '../../sim/network.js';
import { KEY, type WalkStore } from './walk-stores.js';

/** The stock as it is meant: units, a fence, the place of the last access, and every decision that was made. */
class StockModel {
  // What the store's own set-up has left.
  onHand = 1;
  sequence = 1;
  fence = 0;
  readonly decided = new Map<string, Decision>();
  readonly ledger = [{ operationId: 'first', delta: 1, sequence: 1 }];

  /** First the operation id, then the fence, then what is on hand. */
  decide(operationId: string, token: number | undefined, after: number | null): Answer {
    const before = this.decided.get(operationId);
    if (before !== undefined) return { ...before, repeated: true };
    if (token !== undefined && !this.passes(token)) return 'stale-token';
    this.sequence += 1;
    const moved = after !== null;
    if (moved) {
      this.ledger.push({ operationId, delta: after - this.onHand, sequence: this.sequence });
      this.onHand = after;
    }
    const decision = { moved, onHand: this.onHand, sequence: this.sequence };
    this.decided.set(operationId, decision);
    return { ...decision, repeated: false };
  }

  read(token: number | undefined): object | 'stale-token' {
    if (token !== undefined) {
      if (!this.passes(token)) return 'stale-token';
      this.sequence += 1;
    }
    return { onHand: this.onHand, sequence: this.sequence };
  }

  private passes(token: number): boolean {
    if (token < this.fence) return false;
    this.fence = token;
    return true;
  }
}

interface Decision {
  readonly moved: boolean;
  readonly onHand: number;
  readonly sequence: number;
}
type Answer = (Decision & { readonly repeated: boolean }) | 'stale-token';

interface RealStock {
  readonly stock: Stock;
  /** The reply to the next request is lost. */
  readonly loseReply: () => void;
}

type StockCommand = fc.AsyncCommand<StockModel, RealStock>;

/** A movement: what the model says of it, and how the code is asked for it. */
interface Move {
  readonly name: string;
  readonly operationId: string;
  readonly token?: number | undefined;
  /** What is on hand afterwards; null when it is refused. */
  readonly after: (onHand: number) => number | null;
  readonly ask: (stock: Stock, operation: Identified & Fenced) => Promise<object>;
  /** Whether the first reply is lost, so that the code has to ask again. */
  readonly loses: boolean;
}

class MoveCommand implements StockCommand {
  constructor(private readonly move: Move) {}

  check(): boolean {
    return true;
  }

  async run(model: StockModel, { stock, loseReply }: RealStock): Promise<void> {
    const { operationId, token, after, ask, loses } = this.move;
    const first = model.decide(operationId, token, after(model.onHand));
    // Nobody remembers what the fence has refused: it refuses again.
    const expected = loses && first !== 'stale-token' ? { ...first, repeated: true } : first;
    if (loses) loseReply();
    expect(plain(await ask(stock, { operationId, ...asToken(token) }))).toEqual(expected);
  }

  toString(): string {
    const { name, operationId, token, loses } = this.move;
    return `${name} as ${operationId}${token === undefined ? '' : ` with token ${token}`}${loses ? ', its reply is lost' : ''}`;
  }
}

class ReadCommand implements StockCommand {
  constructor(private readonly token: number | undefined) {}

  check(): boolean {
    return true;
  }

  async run(model: StockModel, { stock }: RealStock): Promise<void> {
    const answer = await stock.read(KEY, asToken(this.token));
    expect(answer.status === 'read' ? { onHand: answer.onHand, sequence: answer.sequence } : 'stale-token').toEqual(model.read(this.token));
  }

  toString(): string {
    return this.token === undefined ? 'read' : `read with token ${this.token}`;
  }
}

class LedgerCommand implements StockCommand {
  check(): boolean {
    return true;
  }

  async run(model: StockModel, { stock }: RealStock): Promise<void> {
    const answer = await stock.ledger(KEY);
    const entries = answer.status === 'read' ? answer.entries.map(({ operationId, delta, sequence }) => ({ operationId, delta, sequence })) : [];
    expect({ onHand: 'onHand' in answer && answer.onHand, entries }).toEqual({ onHand: model.onHand, entries: model.ledger });
  }

  toString(): string {
    return 'ledger';
  }
}

const asToken = (token: number | undefined) => (token === undefined ? {} : { token: parseFencingToken(String(token)) });

/** An answer in the words of the model. */
function plain(answer: object): unknown {
  const { status, reason, onHand, sequence, repeated } = answer as Partial<Record<'status' | 'reason' | 'onHand' | 'sequence' | 'repeated', unknown>>;
  return reason === 'stale-token' ? reason : onHand === undefined ? answer : { moved: status !== 'refused', onHand, sequence, repeated };
}

const token = fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined });
// Few, so that they are used again: for the same request, and for others.
const number = fc.nat(7);
const quantity = fc.integer({ min: 1, max: 4 });
const loses = fc.boolean();

const takes = fc.record({ quantity, number, token, loses }).map(
  (drawn) =>
    new MoveCommand({
      ...drawn,
      name: `take ${drawn.quantity}`,
      operationId: `take-${drawn.number}`,
      after: (onHand) => (onHand >= drawn.quantity ? onHand - drawn.quantity : null),
      ask: (stock, operation) => stock.take(KEY, drawn.quantity, operation),
    }),
);
const restocks = fc.record({ quantity, number, loses }).map(
  (drawn) =>
    new MoveCommand({
      ...drawn,
      name: `restock ${drawn.quantity}`,
      operationId: `restock-${drawn.number}`,
      after: (onHand) => onHand + drawn.quantity,
      ask: (stock, operation) => stock.restock(KEY, drawn.quantity, operation),
    }),
);
const writes = fc.record({ onHand: fc.nat(4), expected: fc.option(fc.nat(4), { nil: undefined }), number, token, loses }).map(
  ({ onHand: wanted, expected, ...drawn }) =>
    new MoveCommand({
      ...drawn,
      name: `write ${wanted}${expected === undefined ? '' : ` if there are ${expected}`}`,
      operationId: `write-${drawn.number}`,
      after: (onHand) => (expected === undefined || expected === onHand ? wanted : null),
      ask: (stock, operation) => stock.write(KEY, { onHand: wanted, ...(expected === undefined ? {} : { expected }), ...operation }),
    }),
);

/** Stock that is broken on purpose. */
export const brokenStocks: readonly (readonly [how: string, broken: (stock: Stock) => Stock])[] = [
  [
    'a take forgets its operation',
    (stock) => {
      let calls = 0;
      return withTake(stock, (sku, quantity, operation) => stock.take(sku, quantity, { ...operation, operationId: `${operation.operationId}/${calls++}` }));
    },
  ],
  ['a take does not show its token', (stock) => withTake(stock, (sku, quantity, { operationId }) => stock.take(sku, quantity, { operationId }))],
  ['a take takes what there is', (stock) => withTake(stock, async (sku, _, operation) => await stock.take(sku, 1, operation))],
];

const withTake = (stock: Stock, take: Stock['take']): Stock => ({
  take,
  restock: (...args) => stock.restock(...args),
  read: (...args) => stock.read(...args),
  write: (...args) => stock.write(...args),
  ledger: (...args) => stock.ledger(...args),
});

/** Requests to a stock, one after the other. */
export const stockCommands = fc.commands([takes, restocks, writes, token.map((drawn) => new ReadCommand(drawn)), fc.constant(new LedgerCommand())], {
  maxCommands: 40,
});

/** Sends the requests to a real stock over a simulated store, and compares every answer with the model's; throws where they differ. */
export async function runStockCommands(commands: Iterable<StockCommand>, store: WalkStore, broken: (stock: Stock) => Stock = (stock) => stock): Promise<void> {
  const world = new World({ seed: 1 });
  const network = new Network(world);
  const site = store.raise(world, network);
  let losing = false;
  network.rules.push({
    judge({ isReply, part }) {
      if (!losing || !isReply || part !== 'data') return null;
      losing = false;
      return { act: 'lose', then: 'reset' };
    },
    effective: () => undefined,
  });
  site.server.start();
  let done: { readonly error: unknown } | null = null;
  world
    .process('c1', async (own) => {
      await site.setUp(own);
      const real: RealStock = { stock: broken(site.parts(own, false).stock), loseReply: () => void (losing = true) };
      try {
        await fc.asyncModelRun(() => ({ model: new StockModel(), real }), commands);
        done = { error: null };
      } catch (error) {
        done = { error };
      }
      world.stop();
    })
    .start();
  const end = await world.run();
  const { error } = done ?? { error: new Error(`the requests did not come to their end: ${end.kind}`) };
  if (error !== null) throw error;
}
