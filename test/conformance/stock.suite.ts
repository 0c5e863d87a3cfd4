import { expect, test } from 'vitest';
import type { Stock } from '../../src/inventory/stock.js';

export interface StockSuiteOptions {
  /** Whether accesses are numbered 1, 2, 3...; else they grow somehow. Default true. */
  readonly countsPlaces?: boolean;
}

/** What stock must do, wherever it is kept. `freshSku` names one that nobody has used, with a row where rows are made by others. */
export function stockSuite(stock: () => Stock, freshSku: () => string | Promise<string>, { countsPlaces = true }: StockSuiteOptions = {}): void {
  const place = (n: number): number => (countsPlaces ? n : (expect.any(Number) as number));

  test('stock moves once for each operation id, and a repeated operation gets the first answer', async () => {
    const sku = await freshSku();
    expect(await stock().read(sku)).toEqual({ status: 'read', onHand: 0, sequence: 0 });
    expect(await stock().ledger(sku)).toEqual({ status: 'read', onHand: 0, entries: [] });
    expect(await stock().restock(sku, 5, { operationId: 'in' })).toEqual({ status: 'restocked', onHand: 5, sequence: place(1), repeated: false });
    expect(await stock().take(sku, 2, { operationId: 'o1' })).toEqual({ status: 'taken', onHand: 3, sequence: place(2), repeated: false });
    expect(await stock().take(sku, 3, { operationId: 'o2' })).toEqual({ status: 'taken', onHand: 0, sequence: place(3), repeated: false });
    expect(await stock().take(sku, 2, { operationId: 'o1' })).toEqual({ status: 'taken', onHand: 3, sequence: place(2), repeated: true });
    expect(await stock().read(sku)).toEqual({ status: 'read', onHand: 0, sequence: place(3) });
    expect(await stock().ledger(sku)).toEqual({
      status: 'read',
      onHand: 0,
      entries: [
        { operationId: 'in', delta: 5, token: null, onHand: 5, sequence: place(1) },
        { operationId: 'o1', delta: -2, token: null, onHand: 3, sequence: place(2) },
        { operationId: 'o2', delta: -3, token: null, onHand: 0, sequence: place(3) },
      ],
    });
    const places = await placesOf(stock(), sku);
    expect(places).toEqual([...new Set(places)].sort((one, other) => one - other));
  });

  test('it remembers a refusal: the late first request of a refused operation moves nothing', async () => {
    const sku = await freshSku();
    expect(await stock().take(sku, 1, { operationId: 'o1' })).toMatchObject({ reason: 'insufficient', onHand: 0, repeated: false });
    await stock().restock(sku, 5, { operationId: 'in' });
    expect(await stock().take(sku, 1, { operationId: 'o1' })).toMatchObject({ reason: 'insufficient', onHand: 0, repeated: true });
    expect(await stock().read(sku)).toMatchObject({ onHand: 5 });
    expect(await stock().ledger(sku)).toMatchObject({ onHand: 5, entries: [{ operationId: 'in' }] });
  });

  test('a read raises the fence; older tokens are refused, equal and newer ones accepted, exactly above 2^53', async () => {
    const sku = await freshSku();
    const old = 9007199254740992n;
    await stock().restock(sku, 3, { operationId: 'in' });
    expect(await stock().write(sku, { onHand: 2, operationId: 'w1', token: old })).toMatchObject({ status: 'written', onHand: 2 });
    expect(await stock().read(sku, { token: old + 1n })).toMatchObject({ status: 'read', onHand: 2, sequence: place(3) });
    expect(await stock().write(sku, { onHand: 0, operationId: 'w2', token: old })).toEqual({ status: 'refused', reason: 'stale-token' });
    expect(await stock().take(sku, 1, { operationId: 't2', token: old })).toEqual({ status: 'refused', reason: 'stale-token' });
    expect(await stock().read(sku, { token: old })).toEqual({ status: 'refused', reason: 'stale-token' });
    expect(await stock().take(sku, 1, { operationId: 't3', token: old + 1n })).toMatchObject({ status: 'taken', onHand: 1 });
    expect(await stock().read(sku, { token: 99n })).toEqual({ status: 'refused', reason: 'stale-token' });
    expect(await stock().write(sku, { onHand: 2, operationId: 'w1', token: old })).toMatchObject({ status: 'written', repeated: true });
    expect(await stock().write(sku, { onHand: 7, operationId: 'w4', token: 10n * old })).toMatchObject({ status: 'written', onHand: 7 });
  });

  test('the first access of a sku may carry a token', async () => {
    const [one, other] = [await freshSku(), await freshSku()];
    expect(await stock().read(one, { token: 7n })).toEqual({ status: 'read', onHand: 0, sequence: place(1) });
    expect(await stock().take(one, 1, { operationId: 'o', token: 6n })).toEqual({ status: 'refused', reason: 'stale-token' });
    expect(await stock().take(other, 1, { operationId: 'o', token: 7n })).toMatchObject({ reason: 'insufficient', onHand: 0 });
    expect(await stock().read(other, { token: 6n })).toEqual({ status: 'refused', reason: 'stale-token' });
  });

  test('a conditional write looks at what is there', async () => {
    const sku = await freshSku();
    await stock().restock(sku, 3, { operationId: 'in' });
    expect(await stock().write(sku, { onHand: 1, expected: 2, operationId: 'w1' })).toMatchObject({ reason: 'conflict', onHand: 3 });
    expect(await stock().write(sku, { onHand: 1, expected: 3, operationId: 'w2', token: 17n })).toMatchObject({ status: 'written', onHand: 1 });
    expect(await stock().ledger(sku)).toMatchObject({ entries: [{ delta: 3 }, { operationId: 'w2', delta: -2, token: 17n, onHand: 1 }] });
    expect(await stock().write(sku, { onHand: 1, operationId: 'w3' })).toMatchObject({ status: 'written', onHand: 1, sequence: place(4) });
  });
}

async function placesOf(stock: Stock, sku: string): Promise<readonly number[]> {
  const book = await stock.ledger(sku);
  return book.status === 'read' ? book.entries.map(({ sequence }) => sequence) : [];
}
