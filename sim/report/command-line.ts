/** Whether this copy is the repository's sources, which npm runs, or the built package. */
const runsFromSource = import.meta.url.endsWith('.ts');

/** How the command is called by whoever reads this: `commandLine('replay', token)`; without arguments, the main job. */
export function commandLine(...args: readonly string[]): string {
  if (args.length === 0) return runsFromSource ? 'npm start' : 'npx holdfast';
  return [runsFromSource ? 'npm run -s holdfast --' : 'npx holdfast', ...args.map(quoted)].join(' ');
}

/** For a POSIX shell. */
const quoted = (text: string): string => (/^[\w./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
