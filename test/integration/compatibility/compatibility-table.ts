import { labelOf, versionOf } from './compatibility-cases.js';
import type { CompatibilityCase } from './compatibility-case.js';

export const BEGIN = '<!-- compatibility: made by npm run test:packages -->';
export const END = '<!-- end of compatibility -->';

/** What was seen of a case. */
export interface Seen {
  readonly seeds: number;
  readonly digest: string;
  readonly again: string;
  readonly inNewProcess: string | undefined;
}

/** The table as it stands in the README, between its two markers. */
export function compatibilityTable(cases: readonly CompatibilityCase[], seen: ReadonlyMap<string, Seen>): string {
  const rows = cases.map((one) => {
    const { seeds, digest, again, inNewProcess } = seen.get(labelOf(one)) ?? { seeds: 0, digest: '', again: '', inNewProcess: '' };
    const isSame = digest === again && digest === inNewProcess;
    return `| ${[`\`${one.name}\``, versionOf(one), one.does, `${seeds} seeds`, isSame ? 'yes' : 'no', one.needs].join(' | ')} |`;
  });
  return ['| package | version | what was run | runs | same digest twice, and in a new process | needs |', '|---|---|---|---|---|---|', ...rows].join('\n');
}

/** The README with that table in it. Throws when it has no place for one. */
export function withTable(readme: string, table: string): string {
  const begin = readme.indexOf(BEGIN);
  const end = readme.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`README.md needs the lines ${BEGIN} and ${END}: the table goes between them`);
  return `${readme.slice(0, begin)}${BEGIN}\n${table}\n${readme.slice(end)}`;
}
