/** A text that is the same for two plain values with the same content. Names of fields count in any order; bigints are told from numbers. */
export function canonical(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined';
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value instanceof Map) return `Map${canonical([...value].map((entry) => canonical(entry)).sort())}`;
  if (value instanceof Set) return `Set${canonical([...value].map((entry) => canonical(entry)).sort())}`;
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  fields.sort(([one], [other]) => (one < other ? -1 : Number(one > other)));
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`).join(',')}}`;
}
