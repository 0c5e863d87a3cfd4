import type { Node } from 'libpg-query';

/** Whether an expression mentions a column, under whatever alias. */
export function mentions(node: unknown, column: string): boolean {
  if (Array.isArray(node)) return node.some((each) => mentions(each, column));
  if (typeof node !== 'object' || node === null) return false;
  if ('ColumnRef' in node) {
    const last = (node as Extract<Node, { ColumnRef: unknown }>).ColumnRef.fields?.at(-1);
    return last !== undefined && 'String' in last && last.String.sval === column;
  }
  return Object.values(node).some((each) => mentions(each, column));
}
