import { describe, expect, test } from 'vitest';
import { codeRules } from './support/tidy/code-rules.js';
import { importRules } from './support/tidy/import-rules.js';
import { layoutRules } from './support/tidy/layout-rules.js';
import { textRules } from './support/tidy/text-rules.js';
import { repositoryTree, type Tree } from './support/tidy/tree.js';

const rules = [...importRules, ...codeRules, ...textRules, ...layoutRules];

describe('the tree keeps its own rules', () => {
  const tree = repositoryTree();
  for (const rule of rules) {
    test(rule.name, () => {
      expect(rule.check(tree)).toEqual([]);
    });
  }
});

/** Small trees that offend, by the rule that must notice, and what it must say. */
const manifest = JSON.stringify({
  exports: { '.': { source: './src/index.ts' }, './sim': { source: './sim/index.ts' } },
  dependencies: { zod: '4' },
  peerDependencies: { ioredis: '5' },
});
const emptyFiles = [
  ...['src/index.ts', 'src/base/time.ts', 'src/ports/clock.ts', 'src/locks/lease.ts', 'src/orders/order.ts', 'src/saga/saga.ts'],
  ...['sim/index.ts', 'sim/network.ts', 'properties/property.ts'],
];

const table = 'each folder imports only what the table of the house allows';
const packages = 'what is shipped imports only what is installed with it, and optional peers by import()';
const state = 'src keeps no mutable state in modules';
const machines = 'no file names a machine or a folder of one';

const offenders: readonly (readonly [rule: string, path: string, text: string, complaint: string])[] = [
  [table, 'src/base/x.ts', `import '../ports/clock.js';`, 'src/base/x.ts:1: base must not import ports'],
  [table, 'src/ports/x.ts', `import type { A } from '../locks/lease.js';`, 'ports must not import locks'],
  [table, 'src/locks/x.ts', `\nexport const x = () => import('../saga/saga.js');`, 'src/locks/x.ts:2: locks must not import saga'],
  [table, 'src/inventory/x.ts', `type A = import('../orders/order.js').A;`, 'inventory must not import orders'],
  [table, 'src/bindings/x.ts', `import '../locks/lease.js';`, 'a binding never sees an algorithm'],
  [table, 'src/locks/x.ts', `import '../../sim/network.js';`, 'src never imports sim'],
  [table, 'src/locks/x.ts', `import 'holdfast/sim';`, 'src never imports sim'],
  [table, 'models/x.ts', `import '../src/ports/clock.js';`, 'models must not import ports'],
  [table, 'properties/x.ts', `import '../sim/network.js';`, 'properties must not import sim/network'],
  [table, 'sim/servers/redis/x.ts', `import '../../../src/locks/lease.js';`, 'a simulated server never sees an algorithm'],
  [table, 'sim/kernel/x.ts', `import '../network.js';`, 'sim/kernel must not import sim/network'],
  [table, 'sim/specimens/x.ts', `import '../../src/locks/lease.js';`, `import it from 'holdfast'`],
  [table, 'sim/workloads/x.ts', `import '../index.js';`, `import it from 'holdfast'`],
  [table, 'src/locks/x.ts', `import './nowhere.js';`, 'which is not there'],
  [packages, 'sim/cli/x.ts', `import { Redis } from 'ioredis';`, 'ioredis, an optional peer'],
  [packages, 'src/bindings/x.ts', `export * from 'pg-mem/sub';`, 'pg-mem, which users do not get'],
  ['no imports go round in a circle', 'src/base/time.ts', `import './time.js';`, 'src/base/time.ts -> src/base/time.ts'],
  ['only entry points re-export', 'src/locks/index.ts', `export { a } from './lease.js';`, 'src/locks/index.ts:1 re-exports'],
  [state, 'src/locks/x.ts', 'export let last = 0;', '"last = 0"'],
  [state, 'src/locks/x.ts', 'const held = new Map<string, number>();', 'held = new Map'],
  [state, 'src/locks/x.ts', 'const held: string[] = [];', 'held: string[] = []'],
  [state, 'src/locks/x.ts', 'const held = {};', 'held = {}'],
  [state, 'src/locks/x.ts', 'class A { static count = 0; }', 'static count = 0'],
  ['default exports are for plug-ins', 'sim/explore/x.ts', 'export default 1;', 'sim/explore/x.ts:1 has a default export'],
  ['default exports are for plug-ins', 'src/locks/x.ts', 'export default function f() {}', 'give it a name'],
  ['no test is switched off, and none switches off the others', 'test/x.test.ts', `test.${'only'}('a', f);`, 'uses test.only'],
  ['no test is switched off, and none switches off the others', 'test/x.test.ts', `describe.each([1]).${'skip'}('a', f);`, 'skipIf'],
  ['files are short', 'sim/x.ts', '\n'.repeat(401), 'has 401 lines, the limit is 400'],
  ['files are short', 'src/locks/redis-lock.ts', '\n'.repeat(151), 'the limit is 150'],
  ['lines are at most 190 characters long', 'sim/x.ts', `a\n${'a'.repeat(191)}`, 'sim/x.ts:2 is 191 characters long'],
  ['nothing is left for later', 'README.md', `a\n${'TO' + 'DO'}: b`, 'README.md:2 says'],
  [machines, 'README.md', `see /${'home'}/me/x`, 'README.md:1 names a folder of one machine'],
  [machines, 'package-lock.json', `"resolved": "x"`, 'names a registry'],
  [machines, 'test/x.ts', [10, 0, 0, 7].join('.'), 'listen on 127.0.0.1 only'],
  ['what lint shall overlook has a reason', 'src/x.ts', `// ${'eslint'}-disable-next-line no-var`, 'add " -- reason"'],
  ['the top level holds only what the house names', 'notes.txt', '', 'notes.txt is not a name of the top level'],
  ['files are named in kebab-case', 'src/locks/redisLock.ts', '', 'named in kebab-case'],
  ['unit tests mirror the tree', 'test/unit/src/locks/gone.test.ts', '', 'mirrors src/locks/gone.ts, which is not there'],
  ['every property has a suite beside it', 'properties/new.ts', `import type { Property } from './property.js';`, 'write properties/new.test.ts'],
  ['every lock, workload and specimen is registered', 'sim/specimens/new.ts', 'export default 1;', 'sim/specimens/new.ts is not registered'],
];

/** What looks like an offence and is none. */
const innocents: Record<string, string> = {
  'src/locks/a.ts': `import { b } from '../base/time.js';\nimport './lease.js';\nconst c: ReadonlySet<string> = new Set(['d']);\nconst e = [1] as const;`,
  'src/orders/a.ts': `import '../saga/saga.js';\nimport '../locks/lease.js';\nimport type { B } from './b.js';`,
  'src/orders/b.ts': `import './a.js';`,
  'src/index.ts': `export * from './orders/order.js';`,
  'src/bindings/a.ts': `import type { Redis } from 'ioredis';\nimport { type Cluster } from 'ioredis';\nimport 'node:crypto';`,
  'sim/cli/a.ts': `import 'zod';\nconst redis = () => import('ioredis');\nimport '../specimens/a.js';`,
  'sim/specimens/a.ts': `import { lock } from 'holdfast/sim';\nimport './b.js';\nexport default lock;`,
  'sim/specimens/b.ts': `export const shared = 1;`,
  'sim/servers/a.ts': `import '../network.js';\nimport '../../src/ports/clock.js';`,
  'test/unit/src/locks/a.test.ts': `import '../../../../sim/network.js';\ntest.skipIf(true)('x', f);\n// like the one at ./work/x, on 127.0.0.1`,
  'properties/a.ts': `import type { Property } from './property.js';`,
  'properties/a.test.ts': `// ${'eslint'}-disable-next-line no-var -- because`,
};

describe('the rules notice', () => {
  const treeWith = (files: Record<string, string>): Tree =>
    new Map([['package.json', manifest], ...emptyFiles.map((path) => [path, ''] as const), ...Object.entries(files)]);

  test.each(offenders)('%s: %s', (name, path, text, complaint) => {
    const rule = rules.find((candidate) => candidate.name === name);
    const told = rule?.check(treeWith({ [path]: text }));
    expect(told).toHaveLength(1);
    expect(told?.[0]).toContain(complaint);
  });

  test('a circle through three files, told once', () => {
    const [a, b, c] = ['src/locks/a.ts', 'src/locks/b.ts', 'src/locks/c.ts'] as const;
    const circle = treeWith({ [a]: `import './b.js';`, [b]: `import './c.js';`, [c]: `import './a.js';` });
    expect(rules.flatMap((rule) => rule.check(circle))).toEqual([expect.stringContaining(`${a} -> ${b} -> ${c} -> ${a}:`)]);
  });

  test('nothing in a tree that keeps them', () => {
    expect(rules.flatMap((rule) => rule.check(treeWith(innocents)))).toEqual([]);
  });

  test('no rule is without an offender', () => {
    expect(rules.map(({ name }) => name).filter((name) => !offenders.some(([rule]) => rule === name))).toEqual([]);
  });
});
