/** JSON for people: what fits on a line stays on one. */
export const readableJson = (value: unknown, width = 120): string => laidOut(value, width, '', '');

function laidOut(value: unknown, width: number, indent: string, label: string): string {
  const line = label + oneLine(value);
  if (typeof value !== 'object' || value === null || indent.length + line.length <= width) return line;
  const deeper = `${indent}  `;
  const isArray = Array.isArray(value);
  const entries = isArray
    ? value.map((item) => laidOut(item, width, deeper, ''))
    : Object.entries(value).map(([key, item]) => laidOut(item, width, deeper, `${JSON.stringify(key)}: `));
  const [open, close] = isArray ? ['[', ']'] : ['{', '}'];
  return `${label}${open}\n${entries.map((entry) => deeper + entry).join(',\n')}\n${indent}${close}`;
}

function oneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${oneLine(item)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}
