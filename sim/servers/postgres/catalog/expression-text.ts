import type { Node, TypeName } from 'libpg-query';
import { unsupported } from '../sql-error.js';
import { typeNamed } from '../types/sql-type.js';

function nameOf(parts: readonly Node[] | undefined): string {
  const last = parts?.at(-1);
  return last !== undefined && 'String' in last ? (last.String.sval ?? '') : '';
}

function typeText(given: TypeName | undefined): string {
  const name = nameOf(given?.names);
  return `${typeNamed(name)?.name ?? name}${given?.arrayBounds === undefined ? '' : '[]'}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * A default or a condition as the catalog shows it. `type` is that of the column: a plain quoted literal is shown with it.
 * Refuses what it could only guess.
 */
export function expressionText(node: Node, type?: string): string {
  const unknown = (): never => {
    throw unsupported(`showing the expression ${Object.keys(node)[0] ?? ''}`);
  };
  if ('A_Const' in node) {
    const { ival, fval, sval, boolval, isnull } = node.A_Const;
    if (isnull === true) return `NULL${type === undefined ? '' : `::${type}`}`;
    if (sval !== undefined) return `${quoted(sval.sval ?? '')}${type === undefined ? '' : `::${type}`}`;
    if (boolval !== undefined) return String(boolval.boolval ?? false);
    const number = ival === undefined ? (fval?.fval ?? unknown()) : String(ival.ival ?? 0);
    return number.startsWith('-') ? `'${number}'::${ival === undefined ? 'numeric' : 'integer'}` : number;
  }
  if ('ColumnRef' in node) return nameOf(node.ColumnRef.fields);
  if ('TypeCast' in node && node.TypeCast.arg !== undefined && 'A_Const' in node.TypeCast.arg) {
    return `${expressionText(node.TypeCast.arg)}::${typeText(node.TypeCast.typeName)}`;
  }
  if ('FuncCall' in node) {
    const name = nameOf(node.FuncCall.funcname);
    const args = (node.FuncCall.args ?? []).map((arg) => expressionText(arg, name === 'nextval' ? 'regclass' : 'text'));
    return `${name}(${args.join(', ')})`;
  }
  if ('SQLValueFunction' in node) return (node.SQLValueFunction.op ?? '').replace('SVFOP_', '');
  if ('NullTest' in node && node.NullTest.arg !== undefined) {
    return `(${expressionText(node.NullTest.arg)} IS ${node.NullTest.nulltesttype === 'IS_NULL' ? '' : 'NOT '}NULL)`;
  }
  if ('BoolExpr' in node && node.BoolExpr.boolop !== undefined && node.BoolExpr.boolop !== 'NOT_EXPR') {
    return `(${(node.BoolExpr.args ?? []).map((arg) => expressionText(arg)).join(node.BoolExpr.boolop === 'AND_EXPR' ? ' AND ' : ' OR ')})`;
  }
  if ('A_Expr' in node && node.A_Expr.kind === 'AEXPR_OP' && node.A_Expr.rexpr !== undefined) {
    const { lexpr, rexpr } = node.A_Expr;
    const operator = nameOf(node.A_Expr.name);
    if (lexpr === undefined) return `'${operator}${expressionText(rexpr)}'::integer`;
    return `(${expressionText(lexpr)} ${operator} ${expressionText(rexpr)})`;
  }
  return unknown();
}
