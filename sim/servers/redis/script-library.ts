import { createHash } from 'node:crypto';

/** A script as a server knows it. */
export interface Script {
  /** SHA-1 of the text, in lower-case hexadecimal. */
  readonly sha: string;
  readonly text: string;
  /** The text begins with a `#!lua` line that forbids writes. */
  readonly noWrites: boolean;
}

/** The scripts that a server has been shown. What is not in here is answered with NOSCRIPT, wherever else it may be compiled. */
export class ScriptLibrary {
  readonly #bySha = new Map<string, Script>();
  readonly #byText = new Map<string, Script>();

  bySha(sha: string): Script | undefined {
    return this.#bySha.get(sha) ?? this.#bySha.get(sha.toLowerCase());
  }

  byText(text: string): Script | undefined {
    return this.#byText.get(text);
  }

  /** A script made from a text, not yet in the library. */
  describe(text: string): Script {
    return { sha: sha1(text), text, noWrites: /^#!lua[^\n]*flags=[^\n]*\bno-writes\b/.test(text) };
  }

  add(script: Script): void {
    this.#bySha.set(script.sha, script);
    this.#byText.set(script.text, script);
  }

  clear(): void {
    this.#bySha.clear();
    this.#byText.clear();
  }
}

/** SHA-1 of a binary string, in lower-case hexadecimal. */
export function sha1(bytes: string): string {
  return createHash('sha1').update(bytes, 'latin1').digest('hex');
}
