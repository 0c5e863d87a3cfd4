import { posix } from 'node:path';
import ts from 'typescript';
import { parse, place, walk } from './syntax.js';
import { sources, type Tree } from './tree.js';

/** One import, re-export or `import()`. */
export interface Import {
  readonly from: string;
  /** `path:line`. */
  readonly place: string;
  readonly specifier: string;
  /** The file of the tree that it names; null for packages, for Node's own modules, and when there is no such file. */
  readonly target: string | null;
  readonly kind: 'value' | 'type' | 'dynamic';
}

/** All imports of all TypeScript files. `holdfast/...` is followed to the source of that entry point. */
export function importsOf(tree: Tree): Import[] {
  const entries = entryPoints(tree);
  const found: Import[] = [];
  for (const [path, text] of sources(tree)) {
    const file = parse(path, text);
    for (const node of walk(file)) {
      const named = specifierOf(node);
      if (named === null) continue;
      found.push({ from: path, place: place(file, node), ...named, target: targetOf(named.specifier, path, tree, entries) });
    }
  }
  return found;
}

function specifierOf(node: ts.Node): Pick<Import, 'specifier' | 'kind'> | null {
  if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
    return { specifier: node.moduleSpecifier.text, kind: isTypeOnlyImport(node) ? 'type' : 'value' };
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined && ts.isStringLiteral(node.moduleSpecifier)) {
    return { specifier: node.moduleSpecifier.text, kind: node.isTypeOnly ? 'type' : 'value' };
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) && ts.isStringLiteral(node.argument.literal)) {
    return { specifier: node.argument.literal.text, kind: 'type' };
  }
  const argument = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword ? node.arguments[0] : undefined;
  return argument !== undefined && ts.isStringLiteral(argument) ? { specifier: argument.text, kind: 'dynamic' } : null;
}

function isTypeOnlyImport({ importClause }: ts.ImportDeclaration): boolean {
  if (importClause === undefined) return false;
  if (importClause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const names = importClause.namedBindings;
  if (importClause.name !== undefined || names === undefined || !ts.isNamedImports(names)) return false;
  return names.elements.length > 0 && names.elements.every((name) => name.isTypeOnly);
}

function targetOf(specifier: string, from: string, tree: Tree, entries: ReadonlyMap<string, string>): string | null {
  if (!specifier.startsWith('.')) return entries.get(specifier) ?? null;
  const path = posix.join(posix.dirname(from), specifier).replace(/\.js$/, '.ts');
  return tree.has(path) ? path : null;
}

/** `holdfast/sim` -> `sim/index.ts`, as package.json says. */
export function entryPoints(tree: Tree): ReadonlyMap<string, string> {
  const { exports = {} } = JSON.parse(tree.get('package.json') ?? '{}') as { exports?: Record<string, string | { source?: string }> };
  const found = new Map<string, string>();
  for (const [name, conditions] of Object.entries(exports)) {
    if (typeof conditions === 'object' && conditions.source !== undefined) found.set(posix.join('holdfast', name), posix.normalize(conditions.source));
  }
  return found;
}

/** The package of a bare specifier; null for paths, Node's own modules and our own entry points. */
export function packageOf(specifier: string): string | null {
  if (/^(\.|\/|node:)/.test(specifier)) return null;
  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
  return name === 'holdfast' ? null : name;
}
