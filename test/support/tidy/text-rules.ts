import type { Rule } from './rule.js';
import type { Tree } from './tree.js';

const isCode = (path: string): boolean => /\.(ts|js)$/.test(path);

/** Each line of each file that `wanted` names, with `path:line`. */
function* lines(tree: Tree, wanted: (path: string) => boolean): Generator<{ readonly place: string; readonly line: string }> {
  for (const [path, text] of tree) {
    if (!wanted(path)) continue;
    for (const [index, line] of text.split('\n').entries()) yield { place: `${path}:${index + 1}`, line };
  }
}

const lineCount = (text: string): number => text.replace(/\n$/, '').split('\n').length;

export const fileLength: Rule = {
  name: 'files are short',
  check(tree) {
    return [...tree].flatMap(([path, text]) => {
      if (!isCode(path)) return [];
      const isProtocol = /^src\/locks\/[^/]*-lock\.ts$/.test(path);
      const limit = isProtocol ? 150 : 400;
      if (lineCount(text) <= limit) return [];
      const wayOut = isProtocol ? 'a protocol must be read in one go; move helpers and Lua beside it' : 'one concept a file; split it';
      return [`${path} has ${lineCount(text)} lines, the limit is ${limit}: ${wayOut}.`];
    });
  },
};

export const lineLength: Rule = {
  name: 'lines are at most 190 characters long',
  check: (tree) =>
    [...lines(tree, isCode)]
      .filter(({ line }) => line.length > 190)
      .map(({ place, line }) => `${place} is ${line.length} characters long, the limit is 190: break it.`),
};

// Put together here, so that this file does not offend against itself.
const promises = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX'].join('|')})\\b`);
const machinePath = new RegExp(`(?<![\\w.)}*-])/(${['home', 'root', 'work', 'farm', 'Users'].join('|')})/[\\w.-]`);
const address = /(?<![\w.])\d{1,3}(\.\d{1,3}){3}(?![\w.])/g;
const loopback = /^(127\.|0\.0\.0\.0$)/;

export const noPromises: Rule = {
  name: 'nothing is left for later',
  check: (tree) =>
    [...lines(tree, (path) => path !== 'package-lock.json')]
      .filter(({ line }) => promises.test(line))
      .map(({ place, line }) => `${place} says ${promises.exec(line)?.[0] ?? ''}: do it now, or open an issue and say here what is so.`),
};

export const noMachines: Rule = {
  name: 'no file names a machine or a folder of one',
  check: (tree) =>
    [...lines(tree, () => true)].flatMap(({ place, line }) => {
      if (machinePath.test(line)) return [`${place} names a folder of one machine: use a relative path, import.meta.url or os.tmpdir().`];
      if (place.startsWith('package-lock.json:') && line.includes('"resolved":')) {
        return [`${place} names a registry: run npm install with omit-lockfile-registry-resolved=true, as .npmrc says.`];
      }
      const stranger = line.match(address)?.find((found) => !loopback.test(found));
      return stranger === undefined ? [] : [`${place} names the address ${stranger}: servers of tests listen on 127.0.0.1 only.`];
    }),
};

export const lintReasons: Rule = {
  name: 'what lint shall overlook has a reason',
  check: (tree) =>
    [...lines(tree, isCode)]
      .filter(({ line }) => /\/[/*]\s*eslint-disable/.test(line) && !/eslint-disable\S* .*-- \S/.test(line))
      .map(({ place }) => `${place} switches lint off without saying why: name the rule and add " -- reason".`),
};

export const textRules: readonly Rule[] = [fileLength, lineLength, noPromises, noMachines, lintReasons];
