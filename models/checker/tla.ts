import { type Branch, decisionTree, isAsking, type Tree, type Value, valuesOf, type Written } from './decision-tree.js';
import type { AnyState, Ask, ParamValues, System } from './define-model.js';
import { createEngine } from './engine.js';
import { argumentsOf, type Instance, instancesOf } from './instances.js';
import { type Cell, cellsOf, type Id, pathOf } from './shape.js';

/**
 * The TLA+ of one system, for TLC or whoever wants to see for himself. Each instance of an action is a definition of its own, made from
 * what the action does for all values of the variables that it looks at: so it says exactly the same as the model, for these
 * parameters. Throws a `ModelError` when an action looks at too many variables at once.
 */
export function toTla(name: string, params: ParamValues, system: System): string {
  const cells = cellsOf(system.state);
  const fields = Object.keys(system.state);
  const instances = instancesOf(system);
  const formula = (question: (s: AnyState) => boolean): string => render(condition(decisionTree(cells, question), cells), 2);
  const invariants = Object.entries(system.always ?? {}).map(([property, holds]) => `${property} ==\n  ${formula(holds)}`);
  // Lists of conditions depend on how they are aligned: those that need more than a line get a name.
  const named: string[] = [];
  const ask = (property: string, question: Ask<AnyState>, args: readonly Id[]): string => {
    const text = formula((s) => question(s, args[0] as Id, args[1] as Id));
    if (!text.includes('\n')) return `(${text})`;
    const id = [property, ...args].join('_');
    named.push(`${id} ==\n  ${text}\n`);
    return id;
  };
  const live = [
    ...Object.entries(system.leadsTo ?? {}).map(([property, { for: sets, from, to }]) => {
      return [property, argumentsOf(sets).map((args) => `(${ask(`${property}_from`, from, args)} ~> ${ask(`${property}_to`, to, args)})`)] as const;
    }),
    ...Object.entries(system.eventually ?? {}).map(([property, { for: sets, reaches }]) => {
      return [property, argumentsOf(sets).map((args) => `<>${ask(`${property}_reaches`, reaches, args)}`)] as const;
    }),
  ];
  const module = identifier(name);
  const names = (list: readonly string[]): string => list.join(', ');
  return [
    `---- MODULE ${module} ----`,
    `\\* ${Object.entries(params)
      .map(([param, value]) => `${param}=${String(value)}`)
      .join(' ')}. To be saved as ${module}.tla; ${module}.cfg:`,
    '\\*   SPECIFICATION Spec',
    ...(invariants.length === 0 ? [] : [`\\*   INVARIANTS ${Object.keys(system.always ?? {}).join(' ')}`]),
    ...(live.length === 0 ? [] : [`\\*   PROPERTIES ${live.map(([property]) => property).join(' ')}`]),
    `\\*   CHECK_DEADLOCK ${system.deadlockFree === undefined ? 'FALSE' : 'TRUE'}`,
    'EXTENDS Integers',
    `VARIABLES ${names(fields)}`,
    `vars == <<${names(fields)}>>`,
    '',
    `Init ==\n  ${initial(system)}`,
    '',
    ...instances.map((instance) => `${definition(instance)} ==\n  ${step(instance, cells, fields)}\n`),
    `Next ==\n  ${instances.map((instance) => `\\/ ${definition(instance)}`).join('\n  ')}`,
    '',
    `Spec ==\n  /\\ Init\n  /\\ [][Next]_vars${fairness(instances)}`,
    '',
    ...invariants.map((text) => `${text}\n`),
    ...named,
    ...live.map(([property, parts]) => `${property} ==\n  ${parts.map((part) => `/\\ ${part}`).join('\n  ')}\n`),
    '====',
  ].join('\n');
}

/** `Ask(1, 3)` as `Ask_1_3`. */
const definition = ({ action, args }: Instance): string => [action, ...args].join('_');

const identifier = (name: string): string => name.replace(/[^A-Za-z0-9]/g, '_');

function initial(system: System): string {
  const engine = createEngine(system);
  const starts = engine.initial.map((packed) =>
    Object.entries(structuredClone(engine.unpack(packed, 0)))
      .map(([field, value]) => `/\\ ${field} = ${literal(value)}`)
      .join('\n     '),
  );
  return starts.length === 1 ? (starts[0] ?? '').replaceAll('\n     ', '\n  ') : starts.map((start) => `\\/ ${start}`).join('\n  ');
}

/** Lists of the model begin at 1, as tuples do. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `<<${value.slice(1).map(literal).join(', ')}>>`;
  return typeof value === 'string' ? JSON.stringify(value) : typeof value === 'boolean' ? String(value).toUpperCase() : String(value);
}

function step({ definition: { when, then }, args: [a, b] }: Instance, cells: readonly Cell[], fields: readonly string[]): string {
  const tree = decisionTree(cells, (s) => {
    if (when !== undefined && !when(s, a as Id, b as Id)) return false;
    then(s, a as Id, b as Id);
    return 'changes';
  });
  return render(
    condition(tree, cells, (changes) => effect(changes, cells, fields)),
    2,
  );
}

function effect(changes: ReadonlyMap<number, Written>, cells: readonly Cell[], fields: readonly string[]): Formula {
  const told = (written: Written): string => {
    if ('value' in written) return literal(written.value);
    const path = pathOf(cells[written.cell] as Cell);
    return written.plus === 0 ? path : `${path} ${written.plus < 0 ? '-' : '+'} ${Math.abs(written.plus)}`;
  };
  const changed = fields.flatMap((field) => {
    const own = [...changes].filter(([cell]) => cells[cell]?.field === field);
    const [first] = own;
    if (first === undefined) return [];
    if (cells[first[0]]?.indices.length === 0) return [`${field}' = ${told(first[1])}`];
    return [
      `${field}' = [${field} EXCEPT ${own.map(([cell, written]) => `!${pathOf({ field: '', indices: (cells[cell] as Cell).indices })} = ${told(written)}`).join(', ')}]`,
    ];
  });
  const same = fields.filter((field) => ![...changes.keys()].some((cell) => cells[cell]?.field === field));
  return { and: [...changed, ...(same.length === 0 ? [] : [`UNCHANGED <<${same.join(', ')}>>`])] };
}

type Formula = string | { readonly and: readonly Formula[] } | { readonly or: readonly Formula[] };

function condition(tree: Tree, cells: readonly Cell[], changes: (leaf: ReadonlyMap<number, Written>) => Formula = () => 'TRUE'): Formula {
  if (typeof tree === 'boolean') return tree ? 'TRUE' : 'FALSE';
  if (!isAsking(tree)) return changes(tree);
  const { cell } = tree;
  const parts = tree.branches.flatMap((branch) => {
    const rest = condition(branch.tree, cells, changes);
    if (rest === 'FALSE') return [];
    const is = test(cells[cell] as Cell, branch);
    return [rest === 'TRUE' ? is : { and: [is, ...(typeof rest === 'object' && 'and' in rest ? rest.and : [rest])] }];
  });
  return parts.length === 0 ? 'FALSE' : parts.length === 1 ? (parts[0] as Formula) : { or: parts };
}

function test(cell: Cell, { values }: Branch): string {
  const path = pathOf(cell);
  const all = valuesOf(cell.domain);
  const others = all.filter((value) => !values.includes(value));
  const [first] = values;
  if (cell.domain.kind === 'flag') return first === true ? path : `~${path}`;
  if (values.length === 1) return `${path} = ${literal(first)}`;
  if (others.length === 1) return `${path} # ${literal(others[0])}`;
  const numbers = values.filter((value): value is Value & number => typeof value === 'number');
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  if (numbers.length === values.length && high - low === values.length - 1) return `${path} \\in ${low}..${high}`;
  return `${path} \\in {${values.map(literal).join(', ')}}`;
}

function render(formula: Formula, column: number): string {
  if (typeof formula === 'string') return formula;
  const [sign, parts] = 'and' in formula ? ['/\\ ', formula.and] : ['\\/ ', formula.or];
  return parts.map((part) => sign + render(part, column + 3)).join(`\n${' '.repeat(column)}`);
}

function fairness(instances: readonly Instance[]): string {
  const units = new Map<string, string[]>();
  for (const instance of instances) {
    const { fair } = instance.definition;
    if (fair === undefined || instance.unit === null) continue;
    const unit = `${fair.kind === 'weak' ? 'WF' : 'SF'} ${instance.unit}`;
    units.set(unit, [...(units.get(unit) ?? []), definition(instance)]);
  }
  return [...units].map(([unit, actions]) => `\n  /\\ ${unit.slice(0, 2)}_vars(${actions.join(' \\/ ')})`).join('');
}
