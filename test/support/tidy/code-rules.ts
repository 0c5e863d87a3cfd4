import ts from 'typescript';
import { entryPoints } from './imports.js';
import type { Rule } from './rule.js';
import { has, parse, place, walk } from './syntax.js';
import { isShipped, sources } from './tree.js';

export const noBarrels: Rule = {
  name: 'only entry points re-export',
  check(tree) {
    const entries = new Set(entryPoints(tree).values());
    return [...sources(tree)].flatMap(([path, text]) => {
      if (entries.has(path)) return [];
      const file = parse(path, text);
      const again = file.statements.filter((statement) => ts.isExportDeclaration(statement) && statement.moduleSpecifier !== undefined);
      const wayOut = 'there are no barrel files but the entry points of package.json; import from the file itself.';
      return again.map((statement) => `${place(file, statement)} re-exports: ${wayOut}`);
    });
  },
};

export const noModuleState: Rule = {
  name: 'src keeps no mutable state in modules',
  check(tree) {
    return [...sources(tree)].flatMap(([path, text]) => {
      if (!path.startsWith('src/')) return [];
      const file = parse(path, text);
      const wayOut = 'keep it in the object that needs it, or make it readonly (as const, ReadonlyMap...).';
      return [...topLevelVariables(file), ...staticFields(file)].map(
        (node) => `${place(file, node)}: "${firstLine(node, file)}" is state that a simulated crash could not erase; ${wayOut}`,
      );
    });
  },
};

function* topLevelVariables(file: ts.SourceFile): Generator<ts.Node> {
  for (const statement of file.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    const constant = (statement.declarationList.flags & ts.NodeFlags.Const) !== 0;
    for (const declaration of statement.declarationList.declarations) {
      if (!constant || isMutableCollection(declaration)) yield declaration;
    }
  }
}

/** An array, an empty object or a collection whose type does not say that it is only read. */
function isMutableCollection({ initializer, type }: ts.VariableDeclaration): boolean {
  if (initializer === undefined) return false;
  if (type !== undefined && /^(readonly\b|Readonly)/.test(type.getText())) return false;
  if (ts.isArrayLiteralExpression(initializer)) return true;
  if (ts.isObjectLiteralExpression(initializer)) return initializer.properties.length === 0;
  return ts.isNewExpression(initializer) && /^(Weak)?(Map|Set)$|^Array$/.test(initializer.expression.getText());
}

function* staticFields(file: ts.SourceFile): Generator<ts.Node> {
  for (const node of walk(file)) {
    if (ts.isPropertyDeclaration(node) && has(node, ts.SyntaxKind.StaticKeyword) && !has(node, ts.SyntaxKind.ReadonlyKeyword)) yield node;
  }
}

const firstLine = (node: ts.Node, file: ts.SourceFile): string => (node.getText(file).split('\n')[0] ?? '').slice(0, 60);

export const namedExports: Rule = {
  name: 'default exports are for plug-ins',
  check(tree) {
    return [...sources(tree)].flatMap(([path, text]) => {
      if (!isShipped(path) || /^sim\/(locks|specimens|workloads)\//.test(path)) return [];
      const file = parse(path, text);
      return file.statements
        .filter((statement) => ts.isExportAssignment(statement) || has(statement, ts.SyntaxKind.DefaultKeyword))
        .map((statement) => `${place(file, statement)} has a default export: only locks and workloads that a command loads have one; give it a name.`);
    });
  },
};

const suiteFunctions = new Set(['test', 'it', 'describe', 'suite']);
const switches = new Set(['skip', 'only', 'todo', 'fails']);

export const allTestsRun: Rule = {
  name: 'no test is switched off, and none switches off the others',
  check(tree) {
    return [...sources(tree)].flatMap(([path, text]) => {
      const file = parse(path, text);
      return [...walk(file)]
        .filter((node) => ts.isPropertyAccessExpression(node))
        .filter((node) => switches.has(node.name.text) && suiteFunctions.has(rootOf(node)))
        .map((node) => `${place(file, node)} uses ${node.getText(file)}: repair the test or delete it; what a machine may lack is for skipIf.`);
    });
  },
};

/** `test` of `test.each(...).only`. */
function rootOf(node: ts.Expression): string {
  if (ts.isPropertyAccessExpression(node) || ts.isCallExpression(node)) return rootOf(node.expression);
  return ts.isIdentifier(node) ? node.text : '';
}

export const codeRules: readonly Rule[] = [noBarrels, noModuleState, namedExports, allTestsRun];
