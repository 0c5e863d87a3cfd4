/**
 * What EDN says, as JavaScript: keywords, symbols, texts and characters as texts (a keyword with its colon), vectors, lists and
 * sets as arrays, maps as Maps with such keys, big numbers (`3N`) as numbers where they are exact and else as texts. Tags
 * are left out: `#jepsen.history.Op{...}` is its map.
 */
export type Edn = string | number | boolean | null | readonly Edn[] | ReadonlyMap<Edn, Edn>;

/** Text that is no EDN. One line: the line of the text, and what is wrong there. */
export class EdnError extends Error {
  readonly code = 'HOLDFAST_EDN';
  override readonly name = 'EdnError';
}

/** A value at the top of an EDN text, and the line on which it begins. */
export interface EdnForm {
  readonly value: Edn;
  readonly line: number;
}

/** Reads all values of an EDN text, one after the other. Throws an `EdnError`. */
export function* readEdn(text: string): Generator<EdnForm> {
  const reader = new Reader(text);
  for (let form = reader.form(); form !== null; form = reader.form()) yield form;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' };
const CHARACTERS: Readonly<Record<string, string>> = { newline: '\n', space: ' ', tab: '\t', return: '\r' };
const CLOSING: Readonly<Record<string, string>> = { '[': ']', '(': ')', '{': '}' };
const TOKEN = /[^\s,()[\]{}"';]+/y;
const BLANK = /(?:[\s,]+|;[^\n]*)+/y;

class Reader {
  private at = 0;
  /** A place whose line is known. */
  private counted = { at: 0, line: 1 };

  constructor(private readonly text: string) {}

  form(): EdnForm | null {
    this.skip();
    if (this.at >= this.text.length) return null;
    const line = this.line();
    return { value: this.value(), line };
  }

  private value(): Edn {
    this.skip();
    const { text } = this;
    const first = text[this.at];
    if (first === undefined) return this.fail('the text ends in the middle of a value');
    if (first === '"') return this.string();
    if (first === '[' || first === '(') return this.list(CLOSING[first] as string);
    if (first === '{') return this.map();
    if (first === '#') return this.dispatched();
    if (first === '\\') return this.character();
    return this.atom(this.token());
  }

  private list(closing: string): Edn[] {
    this.at += 1;
    const items: Edn[] = [];
    while (!this.closes(closing)) items.push(this.value());
    return items;
  }

  private map(): ReadonlyMap<Edn, Edn> {
    const items = this.list('}');
    if (items.length % 2 === 1) return this.fail('a map has a key without a value');
    const map = new Map<Edn, Edn>();
    for (let place = 0; place < items.length; place += 2) map.set(items[place] as Edn, items[place + 1] as Edn);
    return map;
  }

  /** `#{...}` is a set, `#_` hides the next value, anything else is a tag. */
  private dispatched(): Edn {
    this.at += 1;
    if (this.text[this.at] === '{') return this.list('}');
    if (this.text[this.at] === '_') {
      this.at += 1;
      this.value();
      return this.value();
    }
    this.token();
    return this.value();
  }

  private string(): string {
    let value = '';
    for (this.at += 1; ; this.at += 1) {
      const next = this.text[this.at];
      if (next === undefined) return this.fail('a text has no end');
      if (next === '"') break;
      if (next !== '\\') {
        value += next;
        continue;
      }
      this.at += 1;
      const escaped = this.text[this.at] ?? '';
      if (escaped === 'u') {
        value += String.fromCharCode(Number.parseInt(this.text.slice(this.at + 1, this.at + 5), 16));
        this.at += 4;
      } else value += ESCAPES[escaped] ?? escaped;
    }
    this.at += 1;
    return value;
  }

  private character(): string {
    this.at += 1;
    const first = this.text[this.at] ?? '';
    this.at += 1;
    TOKEN.lastIndex = this.at;
    const rest = TOKEN.exec(this.text)?.[0] ?? '';
    this.at += rest.length;
    return CHARACTERS[first + rest] ?? first + rest;
  }

  private atom(token: string): Edn {
    if (token === 'nil') return null;
    if (token === 'true' || token === 'false') return token === 'true';
    if (/^[+-]?\d/.test(token)) return this.number(token);
    return token;
  }

  private number(token: string): number | string {
    const [, digits = ''] = /^(.*?)[NM]?$/.exec(token) ?? [];
    const value = Number(digits);
    if (Number.isNaN(value)) return token.includes('/') ? token : this.fail(`${token} is no number`);
    return Number.isInteger(value) && !Number.isSafeInteger(value) ? digits : value;
  }

  private token(): string {
    TOKEN.lastIndex = this.at;
    const token = TOKEN.exec(this.text)?.[0];
    if (token === undefined) return this.fail(`did not expect ${JSON.stringify(this.text[this.at] ?? 'the end')}`);
    this.at += token.length;
    return token;
  }

  private closes(closing: string): boolean {
    this.skip();
    if (this.at >= this.text.length) this.fail(`${closing} is missing (was the file cut off?)`);
    if (this.text[this.at] !== closing) return false;
    this.at += 1;
    return true;
  }

  private skip(): void {
    BLANK.lastIndex = this.at;
    this.at += BLANK.exec(this.text)?.[0].length ?? 0;
  }

  private line(): number {
    const { at, line } = this.counted;
    this.counted = { at: this.at, line: line + this.text.slice(at, this.at).split('\n').length - 1 };
    return this.counted.line;
  }

  private fail(problem: string): never {
    throw new EdnError(`line ${this.line()}: ${problem}`);
  }
}
