const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' };
const SPACE = /[ \t-\r]/;

/**
 * The words of a line as Redis splits an inline command: "double quotes" with C's escapes and \xHH, 'single quotes' in which
 * only \' is one. Undefined when a quote is not closed, or something follows it at once.
 */
export function splitInlineCommand(line: string): string[] | undefined {
  const words: string[] = [];
  // For C a string ends with its first zero byte.
  const zero = line.indexOf('\0');
  const text = zero < 0 ? line : line.slice(0, zero);
  let at = 0;
  for (;;) {
    while (at < text.length && SPACE.test(text.charAt(at))) at += 1;
    if (at >= text.length) return words;
    let word = '';
    while (at < text.length && !SPACE.test(text.charAt(at))) {
      const character = text.charAt(at);
      if (character !== '"' && character !== "'") {
        word += character;
        at += 1;
        continue;
      }
      const quoted = character === '"' ? doubleQuoted(text, at + 1) : singleQuoted(text, at + 1);
      if (quoted === undefined) return undefined;
      word += quoted.word;
      at = quoted.end;
      if (at < text.length && !SPACE.test(text.charAt(at))) return undefined;
    }
    words.push(word);
  }
}

interface Quoted {
  readonly word: string;
  /** Behind the closing quote. */
  readonly end: number;
}

function doubleQuoted(text: string, start: number): Quoted | undefined {
  let word = '';
  for (let at = start; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '"') return { word, end: at + 1 };
    const hexadecimal = character === '\\' ? /^x[0-9a-fA-F]{2}/.exec(text.slice(at + 1, at + 4)) : null;
    if (hexadecimal !== null) {
      word += String.fromCharCode(parseInt(text.slice(at + 2, at + 4), 16));
      at += 3;
    } else if (character === '\\' && at + 1 < text.length) {
      at += 1;
      word += ESCAPES[text.charAt(at)] ?? text.charAt(at);
    } else word += character;
  }
  return undefined;
}

function singleQuoted(text: string, start: number): Quoted | undefined {
  let word = '';
  for (let at = start; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === "'") return { word, end: at + 1 };
    if (character === '\\' && text.charAt(at + 1) === "'") at += 1;
    word += text.charAt(at);
  }
  return undefined;
}
