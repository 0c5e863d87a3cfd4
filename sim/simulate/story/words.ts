import type { StoryReply } from './reply-reader.js';

/** Milliseconds with two digits behind the point, of microseconds. */
export const ms = (microseconds: number): string => (microseconds / 1000).toFixed(2);

export const cut = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length - 3)}...` : text);

/** On one line, and with nothing in it that a terminal would obey. */
export const oneLine = (text: string): string => text.replace(/\s+/g, ' ').replace(/[\u0000-\u001f\u007f-\u009f]/g, '?');

export function replyInWords(reply: StoryReply): string {
  if (typeof reply === 'string') return JSON.stringify(cut(reply, 60));
  if (reply === null) return 'nil';
  if (typeof reply === 'number') return String(reply);
  if ('status' in reply) return reply.status;
  if ('error' in reply) return `error ${reply.error}`;
  return cut(`[${reply.map(replyInWords).join(', ')}]`, 80);
}

/** The command as one would type it; what is long (a script, a payload) is cut. */
export function commandInWords(args: readonly string[]): string {
  const words = args.map((arg) => Buffer.from(arg, 'latin1').toString('utf8'));
  const [name = '', ...rest] = words;
  const shownArgs = rest.map((word) => (/^[\w:.{}*-]+$/.test(word) ? cut(word, 40) : JSON.stringify(cut(oneLine(word), 40))));
  return cut([name.toUpperCase(), ...shownArgs].join(' '), 120);
}
