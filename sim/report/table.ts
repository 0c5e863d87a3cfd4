import Table from 'cli-table3';

export type Cell = string | { readonly content: string; readonly colSpan: number };

export interface TableOptions {
  /** Of each column; without them, columns are as wide as their contents. */
  readonly widths?: readonly number[];
  /** A line between any two rows. */
  readonly ruled?: boolean;
}

/** A table in plain colours: what is coloured, its cells say. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[], { widths, ruled = false }: TableOptions = {}): string {
  const drawn = new Table({
    head: [...head],
    style: { head: [], border: [], compact: !ruled },
    wordWrap: true,
    ...(widths === undefined ? {} : { colWidths: [...widths] }),
  });
  for (const row of rows) drawn.push([...row]);
  return drawn.toString();
}
