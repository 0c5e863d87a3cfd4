/** Redis's glob: `*`, `?`, `[abc]`, `[^a]`, `[a-z]` and `\` before a character meant literally. */
export function matchesGlob(pattern: string, text: string): boolean {
  return matchFrom(pattern, 0, text, 0);
}

function matchFrom(pattern: string, patternStart: number, text: string, textStart: number): boolean {
  let p = patternStart;
  let t = textStart;
  while (p < pattern.length && t < text.length) {
    const wanted = pattern[p];
    if (wanted === '*') {
      while (pattern[p + 1] === '*') p += 1;
      if (p + 1 === pattern.length) return true;
      for (let rest = t; rest <= text.length; rest += 1) if (matchFrom(pattern, p + 1, text, rest)) return true;
      return false;
    }
    if (wanted === '[') {
      const set = matchClass(pattern, p + 1, text.charCodeAt(t));
      if (!set.matched) return false;
      p = set.end;
    } else {
      if (wanted === '\\' && p + 1 < pattern.length) p += 1;
      else if (wanted === '?') {
        p += 1;
        t += 1;
        continue;
      }
      if (pattern[p] !== text[t]) return false;
    }
    p += 1;
    t += 1;
  }
  if (t === text.length) while (pattern[p] === '*') p += 1;
  return p === pattern.length && t === text.length;
}

/** Matches one character against the class that begins after `[`; `end` is where its `]` stands, or the last character. */
function matchClass(pattern: string, start: number, code: number): { matched: boolean; end: number } {
  let p = start;
  const negated = pattern[p] === '^';
  if (negated) p += 1;
  let found = false;
  for (; ; p += 1) {
    if (p >= pattern.length) return { matched: found !== negated, end: pattern.length - 1 };
    if (pattern[p] === '\\' && p + 1 < pattern.length) {
      p += 1;
      if (pattern.charCodeAt(p) === code) found = true;
    } else if (pattern[p] === ']') {
      return { matched: found !== negated, end: p };
    } else if (pattern[p + 1] === '-' && p + 2 < pattern.length) {
      const from = pattern.charCodeAt(p);
      const to = pattern.charCodeAt(p + 2);
      p += 2;
      if (code >= Math.min(from, to) && code <= Math.max(from, to)) found = true;
    } else if (pattern.charCodeAt(p) === code) {
      found = true;
    }
  }
}
