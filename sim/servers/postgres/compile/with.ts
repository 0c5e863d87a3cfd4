import type { Node, WithClause } from 'libpg-query';
import type { Execution, Frame } from '../execute/execution.js';
import { unsupported } from '../sql-error.js';
import type { Steps } from '../storage/wait.js';
import type { SqlRow } from '../types/sql-value.js';
import { stringOf } from './compile-expression.js';
import { newScope, type Query, type Scope } from './scope.js';

/** What a WITH clause does around its query, whatever that is. */
export interface WithQueries {
  begin(x: Execution): void;
  /** Runs the writing queries of the clause that nobody has read from. */
  finish(outer: Frame): Steps<void>;
}

function compileBody(node: Node, scope: Scope): Query & { readonly writes: boolean } {
  if ('SelectStmt' in node) return { ...scope.unit.compileSubquery(node.SelectStmt, scope), writes: false };
  const write = scope.unit.compileWrite(node, scope);
  if (write === undefined) throw unsupported('this statement in WITH');
  return {
    fields: write.fields,
    blocks: true,
    writes: true,
    *run(outer) {
      return (yield* write.run(outer)).rows;
    },
  };
}

/** Compiles the queries of WITH and gives their names to the scope. Each runs once for its statement, when it is first read. */
export function compileWithQueries(clause: WithClause, scope: Scope): WithQueries {
  if (clause.recursive === true) throw unsupported('WITH RECURSIVE');
  const all: { readonly key: object; readonly writes: boolean; readonly query: Query }[] = [];
  for (const node of clause.ctes ?? []) {
    const cte = 'CommonTableExpr' in node ? node.CommonTableExpr : {};
    if (cte.ctequery === undefined) throw unsupported('this WITH');
    const inner = newScope(scope.unit, undefined);
    for (const [name, query] of scope.withQueries) inner.withQueries.set(name, query);
    const body = compileBody(cte.ctequery, inner);
    const key = {};
    const query: Query = {
      fields: body.fields.map(({ name, type }, at) => ({ name: cte.aliascolnames?.[at] === undefined ? name : stringOf(cte.aliascolnames[at]), type })),
      blocks: body.blocks,
      *run(outer) {
        const { withRows } = outer.x;
        let rows: readonly SqlRow[] | undefined = withRows.get(key);
        if (rows === undefined) {
          rows = yield* body.run(outer);
          withRows.set(key, rows);
        }
        return rows;
      },
    };
    all.push({ key, writes: body.writes, query });
    scope.withQueries.set(cte.ctename ?? '', query);
  }
  return {
    begin(x) {
      for (const { key } of all) x.withRows.delete(key);
    },
    *finish(outer) {
      for (const { writes, query } of all) if (writes) yield* query.run(outer);
    },
  };
}

/** WITH around a SELECT: undefined when there is none. */
export function compileWith(clause: WithClause | undefined, scope: Scope): ((query: Query) => Query) | undefined {
  if (clause === undefined) return undefined;
  const queries = compileWithQueries(clause, scope);
  return (query) => ({
    ...query,
    blocks: true,
    *run(outer, limit) {
      queries.begin(outer.x);
      const rows = yield* query.run(outer, limit);
      yield* queries.finish(outer);
      return rows;
    },
  });
}
