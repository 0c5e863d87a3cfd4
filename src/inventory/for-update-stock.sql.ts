import type { PostgresStatement } from '../ports/postgres.js';
import type { StockTable } from './postgres-stock-table.js';

export interface ForUpdateStatements {
  readonly lock: PostgresStatement;
  readonly update: PostgresStatement;
  readonly book: PostgresStatement;
  readonly before: PostgresStatement;
}

/** The statements of the transaction, one for each thing that it does. */
export function forUpdateStatements(table: StockTable): ForUpdateStatements {
  const { name, sku, onHand, token, sequence, lastDelta, ledger } = table;
  const ofSku = `WHERE ${sku} = ${table.key('$1')}`;
  return {
    /** Params: sku. */
    lock: {
      name: 'stock-lock',
      sql: `SELECT ${onHand}::text AS on_hand, ${token}::text AS token, ${sequence}::text AS sequence FROM ${name} ${ofSku} FOR UPDATE`,
    },
    /** Params: sku, on hand, token, sequence, delta or null. */
    update: {
      name: 'stock-update',
      sql: `UPDATE ${name} SET ${onHand} = $2::bigint, ${token} = $3::bigint, ${sequence} = $4::bigint, ${lastDelta} = $5::bigint ${ofSku}`,
    },
    /** Params: sku, operation id, verdict, delta, on hand, token or null, sequence. */
    book: {
      name: 'stock-book',
      sql: `INSERT INTO ${ledger} (sku, operation_id, verdict, delta, on_hand, token, sequence)
VALUES (${table.keyText('$1')}, $2::text, $3::text, $4::bigint, $5::bigint, $6::bigint, $7::bigint)`,
    },
    /** Params: sku, operation id. */
    before: {
      name: 'stock-before',
      sql: `SELECT verdict, on_hand::text AS on_hand, sequence::text AS sequence, 'repeated' AS time FROM ${ledger}
WHERE sku = ${table.keyText('$1')} AND operation_id = $2::text`,
    },
  };
}
