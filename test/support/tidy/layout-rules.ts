import { importsOf } from './imports.js';
import type { Rule } from './rule.js';
import { isShipped, isTest, type Tree } from './tree.js';

const topLevel = new Set([
  ...['src', 'sim', 'properties', 'models', 'test', 'package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'],
  ...['README.md', 'LICENSE', 'CHANGELOG.md', 'CONTRIBUTING.md', 'eslint.config.js', 'vitest.config.ts'],
  ...['.gitignore', '.gitattributes', '.editorconfig', '.npmrc', '.ci', '.github'],
]);

export const topLevelNames: Rule = {
  name: 'the top level holds only what the house names',
  check(tree) {
    const names = new Set([...tree.keys()].map((path) => path.split('/')[0] ?? ''));
    const wayOut = 'put it into the folder that it is about, or, when a tool insists, add it to the list in test/support/tidy/layout-rules.ts.';
    return [...names].filter((name) => !topLevel.has(name)).map((name) => `${name} is not a name of the top level: ${wayOut}`);
  },
};

export const kebabCase: Rule = {
  name: 'files are named in kebab-case',
  check: (tree) =>
    [...tree.keys()]
      .filter((path) => (isShipped(path) || isTest(path)) && !path.split('/').every((name) => /^[a-z0-9]+([-.][a-z0-9]+)*$/.test(name) || name === 'README.md'))
      .map((path) => `${path}: files and folders are named in kebab-case, after their main export.`),
};

export const unitTestsMirror: Rule = {
  name: 'unit tests mirror the tree',
  check: (tree) =>
    [...tree.keys()].flatMap((path) => {
      const mirrored = /^test\/unit\/(.+)\.test\.ts$/.exec(path)?.[1];
      if (mirrored === undefined || tree.has(`${mirrored}.ts`) || hasFolder(tree, mirrored)) return [];
      return [`${path} mirrors ${mirrored}.ts, which is not there: name a unit test after the file that it tests, or move it to test/integration.`];
    }),
};

function hasFolder(tree: Tree, folder: string): boolean {
  return [...tree.keys()].some((path) => path.startsWith(`${folder}/`));
}

export const propertiesHaveSuites: Rule = {
  name: 'every property has a suite beside it',
  check(tree) {
    const users = importsOf(tree).flatMap(({ from, target }) => (target === 'properties/property.ts' ? [from] : []));
    return [...new Set(users)]
      .filter((path) => /^properties\/[^/]+\.ts$/.test(path) && !isTest(path))
      .filter((path) => path !== 'properties/index.ts' && !tree.has(path.replace(/\.ts$/, '.test.ts')))
      .map((path) => `${path} has no suite: write ${path.replace(/\.ts$/, '.test.ts')} with a history that it must refuse and one that it must accept.`);
  },
};

export const pluginsAreRegistered: Rule = {
  name: 'every lock, workload and specimen is registered',
  check(tree) {
    const registered = new Set(importsOf(tree).flatMap(({ from, target }) => (target !== null && from.startsWith('sim/') && !isTest(from) ? [target] : [])));
    return [...tree]
      .filter(([path, text]) => /^sim\/(locks|specimens|workloads)\/[^/]+\.ts$/.test(path) && !isTest(path) && /^export default\b/m.test(text))
      .filter(([path]) => !registered.has(path))
      .map(([path]) => `${path} is not registered: import it in the list beside it, or no campaign runs it.`);
  },
};

export const layoutRules: readonly Rule[] = [topLevelNames, kebabCase, unitTestsMirror, propertiesHaveSuites, pluginsAreRegistered];
