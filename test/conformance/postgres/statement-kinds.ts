import fc, { type Arbitrary } from 'fast-check';

/** A kind of statement: its name in the table of what was hit, how often it is drawn, and its texts. */
export interface StatementKind {
  readonly kind: string;
  readonly weight: number;
  readonly sql: Arbitrary<string>;
}

// Small ranges, so that sessions meet.
const id = fc.constantFrom('1', '1', '1', '2', '2', '3', '4');
const small = fc.constantFrom('1', '2', '3', '5');
const value = fc.constantFrom('0', '1', '3', '5', '10', '15');
const note = fc.constantFrom("'a'", "'b'", "'c'", "'d'", 'NULL');
const who = fc.constantFrom("'x'", "'y'");
const strength = fc.constantFrom('UPDATE', 'NO KEY UPDATE', 'SHARE', 'KEY SHARE');
const savepoint = fc.constantFrom('s', 's', 's', 't');
const key = fc.constantFrom('7', '7', '1, 2');
const comparison = fc.constantFrom('=', '<>', '<', '>=');
const which = fc.oneof(
  { weight: 4, arbitrary: id.map((at) => `id = ${at}`) },
  fc.tuple(comparison, value).map(([operator, at]) => `value ${operator} ${at}`),
  fc.tuple(id, id).map(([one, other]) => `id IN (${one}, ${other})`),
  note.map((text) => `note = ${text}`),
);
const returning = fc.constantFrom('', ' RETURNING id, value', ' RETURNING *');

/** A text with holes, `{name}`, each filled by its own draw of what has that name. */
const POOLS: Readonly<Record<string, Arbitrary<string>>> = {
  ...{ id, small, value, note, who, strength, savepoint, key, which, returning },
  level: fc.constantFrom('READ COMMITTED', 'REPEATABLE READ'),
  operator: comparison,
  shared: fc.constantFrom('', '_shared'),
  xact: fc.constantFrom('', 'xact_'),
  limit: fc.constantFrom('', ' LIMIT 1', ' LIMIT 2', ' LIMIT 1 OFFSET 1'),
  order: fc.constantFrom(' ORDER BY id', ' ORDER BY id DESC', ' ORDER BY value, id', ''),
};

function text(template: string): Arbitrary<string> {
  const parts = template.split(/\{(\w+)\}/);
  const holes = parts.filter((_, at) => at % 2 === 1).map((name) => POOLS[name] ?? fc.constant(`{${name}}`));
  return fc.tuple(...holes).map((fillings) => parts.map((part, at) => (at % 2 === 1 ? (fillings[(at - 1) / 2] ?? '') : part)).join(''));
}

function kind(name: string, weight: number, ...templates: readonly string[]): StatementKind {
  return { kind: name, weight, sql: fc.oneof(...templates.map(text)) };
}

export const BEGIN = kind('BEGIN', 16, 'BEGIN ISOLATION LEVEL {level}');

export const STATEMENT_KINDS: readonly StatementKind[] = [
  BEGIN,
  kind('COMMIT', 7, 'COMMIT'),
  kind('ROLLBACK', 3, 'ROLLBACK'),
  kind('SAVEPOINT', 5, 'SAVEPOINT {savepoint}'),
  kind('ROLLBACK TO', 3, 'ROLLBACK TO {savepoint}'),
  kind('RELEASE', 2, 'RELEASE {savepoint}'),
  kind('SELECT', 3, 'SELECT * FROM stock WHERE {which}', 'SELECT id, value, note FROM stock{order}{limit}', 'SELECT * FROM hold WHERE who = {who}'),
  kind(
    'SELECT with a join',
    3,
    'SELECT s.id, s.value, l.id AS line, l.quantity FROM stock s JOIN line l ON l.stock_id = s.id WHERE s.value {operator} {value} ORDER BY s.id, l.id',
    'SELECT s.id, h.who, h.quantity FROM stock s LEFT JOIN hold h ON h.stock_id = s.id AND h.quantity {operator} {small} ORDER BY s.id, h.who',
    'SELECT s.note, h.quantity, l.quantity AS sold FROM stock s JOIN hold h ON h.stock_id = s.id JOIN line l ON l.stock_id = s.id ORDER BY s.id, h.who, l.id',
  ),
  kind(
    'SELECT with aggregates',
    3,
    'SELECT count(*), sum(value), min(value), max(value), avg(value) FROM stock WHERE {which}',
    'SELECT stock_id, count(*) AS n, sum(quantity) FROM line GROUP BY stock_id HAVING sum(quantity) >= {small} ORDER BY stock_id',
    'SELECT s.id, s.value - coalesce(sum(h.quantity), 0) AS left FROM stock s LEFT JOIN hold h ON h.stock_id = s.id GROUP BY s.id ORDER BY s.id',
    'SELECT count(DISTINCT who), count(*) FILTER (WHERE quantity > {small}) FROM hold',
  ),
  kind(
    'SELECT with a subquery',
    3,
    'SELECT id, (SELECT coalesce(sum(quantity), 0) FROM line WHERE stock_id = stock.id) AS sold FROM stock ORDER BY id',
    'SELECT id FROM stock WHERE EXISTS (SELECT 1 FROM hold WHERE stock_id = stock.id AND quantity >= {small}) ORDER BY id',
    'SELECT id FROM stock WHERE id NOT IN (SELECT stock_id FROM line) ORDER BY id',
    'SELECT value FROM stock WHERE value = (SELECT max(value) FROM stock)',
  ),
  kind('SELECT FOR, waiting', 8, 'SELECT id, value FROM stock WHERE {which} FOR {strength}', 'SELECT id FROM stock{order}{limit} FOR {strength}'),
  kind(
    'SELECT FOR NOWAIT',
    5,
    'SELECT id, value FROM stock WHERE {which} FOR {strength} NOWAIT',
    'SELECT who FROM hold WHERE who = {who} FOR {strength} NOWAIT',
  ),
  kind(
    'SELECT FOR SKIP LOCKED',
    3,
    'SELECT id, value FROM stock WHERE {which} FOR {strength} SKIP LOCKED',
    'SELECT id FROM stock{order}{limit} FOR {strength} SKIP LOCKED',
  ),
  kind(
    'SELECT FOR with a join',
    3,
    'SELECT s.id, s.value, l.id AS line FROM stock s JOIN line l ON l.stock_id = s.id WHERE s.id = {id} ORDER BY s.id, l.id FOR {strength} OF s',
    'SELECT s.value, h.quantity FROM stock s JOIN hold h ON h.stock_id = s.id WHERE s.value >= {value} ORDER BY s.id, h.who FOR {strength}',
    'SELECT s.id, h.who FROM stock s LEFT JOIN hold h ON h.stock_id = s.id ORDER BY s.id, h.who FOR {strength} OF s',
  ),
  kind(
    'SELECT FOR with a subquery',
    2,
    'SELECT id, (SELECT coalesce(sum(quantity), 0) FROM hold WHERE stock_id = stock.id) AS held FROM stock WHERE id = {id} FOR {strength}',
    'SELECT id FROM stock WHERE value >= (SELECT min(value) FROM stock) ORDER BY id FOR {strength}',
    'SELECT id FROM stock WHERE EXISTS (SELECT 1 FROM line WHERE stock_id = stock.id) ORDER BY id FOR {strength}',
  ),
  kind(
    'UPDATE on a condition',
    10,
    'UPDATE stock SET value = value - {small} WHERE id = {id} AND value >= {small}{returning}',
    'UPDATE stock SET value = value - {small} WHERE id = {id} AND value >= {value}{returning}',
    'UPDATE hold SET quantity = quantity + {small} WHERE stock_id = {id} AND quantity < 4 RETURNING who, quantity',
  ),
  kind('UPDATE', 6, 'UPDATE stock SET value = {value} WHERE {which}{returning}', 'UPDATE stock SET value = value - {small} WHERE id = {id}'),
  kind('DELETE of a row that points', 6, 'DELETE FROM line WHERE stock_id = {id} RETURNING *', 'DELETE FROM hold WHERE stock_id = {id} RETURNING *'),
  kind(
    'UPDATE of a row that points',
    8,
    'UPDATE line SET quantity = {small} WHERE stock_id = {id} RETURNING *',
    'UPDATE hold SET quantity = {small} WHERE stock_id = {id}',
  ),
  kind('UPDATE of all rows', 2, 'UPDATE stock SET value = value + {small}{returning}', 'UPDATE stock SET value = value - {small}'),
  kind(
    'UPDATE of a key',
    4,
    'UPDATE stock SET id = {id} WHERE id = {id}{returning}',
    'UPDATE stock SET note = {note} WHERE {which}',
    'UPDATE line SET stock_id = {id} WHERE stock_id = {id} RETURNING *',
    'UPDATE hold SET who = {who} WHERE stock_id = {id} RETURNING *',
  ),
  kind(
    'UPDATE with FROM',
    2,
    'UPDATE stock SET value = stock.value + l.quantity FROM line l WHERE l.stock_id = stock.id AND l.id = {id} RETURNING stock.id, stock.value, l.quantity',
    'UPDATE hold SET quantity = s.value FROM stock s WHERE s.id = hold.stock_id AND hold.who = {who} AND s.id = {id}',
  ),
  kind(
    'UPDATE with a subquery',
    4,
    'UPDATE stock SET value = (SELECT coalesce(sum(quantity), 0) FROM line WHERE stock_id = stock.id) WHERE id = {id}{returning}',
    'UPDATE stock SET value = value + 1 WHERE id = {id} AND id IN (SELECT stock_id FROM line WHERE quantity >= {small}){returning}',
    'UPDATE stock SET value = 0 WHERE id = (SELECT id FROM stock WHERE value > 0 ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED){returning}',
    'UPDATE stock SET value = value - 1 WHERE id = (SELECT id FROM stock WHERE value > 0 ORDER BY id LIMIT 1 FOR {strength}){returning}',
  ),
  kind(
    'INSERT',
    4,
    'INSERT INTO stock VALUES ({id}, {value}, {note}){returning}',
    'INSERT INTO stock VALUES ({id}, {small}, NULL), ({id}, {small}, {note}){returning}',
  ),
  kind(
    'INSERT with a foreign key',
    4,
    'INSERT INTO line (stock_id, quantity) VALUES ({id}, {small}) RETURNING *',
    'INSERT INTO hold VALUES ({id}, {who}, {small})',
    'INSERT INTO line (stock_id) SELECT id FROM stock WHERE {which} RETURNING id, stock_id',
  ),
  kind(
    'ON CONFLICT DO NOTHING',
    4,
    'INSERT INTO stock VALUES ({id}, {value}, {note}) ON CONFLICT DO NOTHING{returning}',
    'INSERT INTO stock VALUES ({id}, {value}, {note}) ON CONFLICT (id) DO NOTHING{returning}',
    'INSERT INTO stock VALUES ({id}, {value}, {note}), ({id}, {value}, {note}) ON CONFLICT (note) DO NOTHING{returning}',
    'INSERT INTO hold VALUES ({id}, {who}, {small}) ON CONFLICT (stock_id, who) DO NOTHING',
  ),
  kind(
    'ON CONFLICT DO UPDATE',
    4,
    'INSERT INTO stock AS s VALUES ({id}, {value}, {note}) ON CONFLICT (id) DO UPDATE SET value = s.value + excluded.value{returning}',
    'INSERT INTO stock AS s VALUES ({id}, {value}, {note}) ON CONFLICT (note) DO UPDATE SET id = excluded.id{returning}',
  ),
  kind(
    'ON CONFLICT DO UPDATE WHERE',
    5,
    'INSERT INTO stock AS s VALUES ({id}, {value}, {note}) ON CONFLICT (id) DO UPDATE SET value = excluded.value WHERE s.value < {value}{returning}',
    'INSERT INTO hold AS h VALUES ({id}, {who}, {small}) ON CONFLICT (stock_id, who) DO UPDATE SET quantity = h.quantity + 1 WHERE h.quantity <> {small} RETURNING *',
    'INSERT INTO stock AS s VALUES ({id}, {value}), ({id}, {value}) ON CONFLICT (id) DO UPDATE SET value = excluded.value WHERE s.note = {note}{returning}',
  ),
  kind('DELETE', 6, 'DELETE FROM stock WHERE {which}{returning}', 'DELETE FROM hold WHERE who = {who}'),
  kind(
    'DELETE with another table',
    2,
    'DELETE FROM hold USING stock s WHERE s.id = hold.stock_id AND s.value < {value} AND s.id = {id} RETURNING hold.who, s.value',
    'DELETE FROM line WHERE quantity > (SELECT min(value) FROM stock) RETURNING *',
    'DELETE FROM stock WHERE NOT EXISTS (SELECT 1 FROM line WHERE stock_id = stock.id) AND id = {id}{returning}',
  ),
  kind(
    'writing WITH',
    4,
    'WITH taken AS (UPDATE stock SET value = value - {small} WHERE id = {id} AND value >= {small} RETURNING id) ' +
      'INSERT INTO line (stock_id, quantity) SELECT id, {small} FROM taken RETURNING stock_id, quantity',
    'WITH gone AS (DELETE FROM line WHERE stock_id = {id} RETURNING *) UPDATE stock SET value = value + (SELECT coalesce(sum(quantity), 0) FROM gone) WHERE id = {id}{returning}',
    'WITH new AS (INSERT INTO hold VALUES ({id}, {who}, {small}) ON CONFLICT DO NOTHING RETURNING stock_id, quantity) ' +
      'UPDATE stock SET value = value - new.quantity FROM new WHERE id = new.stock_id RETURNING id, value',
    'WITH one AS (UPDATE stock SET value = value + 1 WHERE id = {id} RETURNING id) SELECT (SELECT count(*) FROM one) AS n, (SELECT sum(value) FROM stock) AS old',
    'WITH locked AS (SELECT id FROM stock WHERE value >= {value} ORDER BY id LIMIT 2 FOR {strength}) SELECT count(*) FROM locked',
    'WITH one AS (UPDATE stock SET value = 1 WHERE id = {id}) DELETE FROM stock WHERE id = {id}{returning}',
  ),
  kind('advisory lock of a transaction', 4, 'SELECT pg_advisory_xact_lock{shared}({key})'),
  kind('advisory lock of a session', 3, 'SELECT pg_advisory_lock{shared}({key})'),
  kind('advisory lock, tried', 4, 'SELECT pg_try_advisory_{xact}lock{shared}({key})'),
  kind('advisory unlock', 3, 'SELECT pg_advisory_unlock{shared}({key})'),
];
