import { inspect } from 'node:util';

/** What was thrown, as one line or more: `name: message`, without `Error` for a name, as that says nothing. */
export function thrownText(error: unknown): string {
  if (!(error instanceof Error)) return `threw ${inspect(error)}`;
  // Whatever somebody made of them.
  const name = String(error.name);
  const message = String(error.message);
  const text = name === 'Error' || name === 'ExitError' || name === '' || message.startsWith(`${name}:`) ? message : `${name}: ${message}`;
  // `fetch failed` says nothing; why it did, says its cause.
  return error.cause instanceof Error && !text.includes('\n') ? `${text} (${String(error.cause.message)})` : text;
}
