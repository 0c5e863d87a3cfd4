import type { System } from './define-model.js';
import { createEngine, type Engine, NO_PARENT } from './engine.js';
import { ModelError } from './model-error.js';
import { packedAt } from './counterexample.js';
import { swaps } from './permutations.js';
import { cellsOf, pathOf } from './shape.js';

/** How many states are tried, breadth first. In all of them every swap of two neighbours is. */
const STATES = 5_000;

/**
 * Makes sure that the members of the symmetric sets may swap names: whatever can happen in a state can happen, renamed, in the
 * renamed state, and invariants see no difference. Tried in the first few thousand states that the search meets: a system that
 * treats its clients differently there is refused, by a `ModelError` that names the difference.
 */
export function checkSymmetry(system: System): void {
  if (system.symmetry === undefined || system.symmetry.length === 0)
    throw new ModelError('the model declares no symmetry: add "symmetry: [clients]", or leave it off');
  const engine = createEngine(system);
  for (const start of engine.initial) engine.add(start, 0, NO_PARENT);
  const renamers = swaps(system.symmetry).map((swap) => renamer(engine, swap));
  for (const rename of renamers) {
    for (const start of engine.initial)
      if (engine.find(rename(start), 0) === -1) throw new ModelError('no symmetry: an initial state, renamed, is none any more');
  }
  for (let state = 0; state < engine.count() && state < STATES; state += 1) {
    const packed = packedAt(engine.states(), state, engine.layout.words);
    for (const rename of renamers) assertAlike(engine, packed, rename);
    engine.expand(state);
  }
}

type Rename = (state: Int32Array) => Int32Array;

function assertAlike(engine: Engine, state: Int32Array, rename: Rename): void {
  const other = rename(state);
  const ours = new Set(successors(engine, state).map((next) => rename(next).join()));
  const theirs = new Set(successors(engine, other).map((next) => next.join()));
  if (ours.size !== theirs.size || [...ours].some((next) => !theirs.has(next))) {
    throw new ModelError(`no symmetry: what can happen in ${told(engine, state)} cannot happen, renamed, in ${told(engine, other)}`);
  }
  for (const [name, holds] of Object.entries(engine.system.always ?? {})) {
    if (holds(engine.unpack(state, 0)) !== holds(engine.unpack(other, 0))) {
      throw new ModelError(`no symmetry: ${name} tells ${told(engine, state)} from ${told(engine, other)}`);
    }
  }
}

function successors(engine: Engine, state: Int32Array): Int32Array[] {
  const out = new Int32Array(engine.instances.length * engine.layout.words);
  const many = engine.successors(state, 0, out, new Int32Array(engine.instances.length));
  return Array.from({ length: many }, (_, index) => packedAt(out, index, engine.layout.words));
}

/** Renames a packed state by way of its variables: slow and plain, apart from the generated code that it checks. */
function renamer(engine: Engine, swap: ReturnType<typeof swaps>[number]): Rename {
  const { layout } = engine;
  const slotAt = new Map(layout.slots.map((slot) => [pathOf(slot.cell), slot]));
  const cells = cellsOf(engine.system.state);
  return (state) => {
    const renamed = new Int32Array(layout.words);
    for (const cell of cells) {
      const from = slotAt.get(pathOf(cell));
      const to = slotAt.get(pathOf({ field: cell.field, indices: cell.indices.map((index, place) => swap.get(cell.sets[place] ?? [])?.[index] || index) }));
      if (from === undefined || to === undefined || from.bits === 0) continue;
      const code = ((state[from.word] as number) >>> from.shift) & (from.bits === 32 ? -1 : 2 ** from.bits - 1);
      const name = cell.domain.kind === 'id' ? (swap.get(cell.domain.of)?.[code] ?? code) : code;
      renamed[to.word] = (renamed[to.word] as number) | (name << to.shift);
    }
    return renamed;
  };
}

const told = (engine: Engine, state: Int32Array): string => JSON.stringify(engine.unpack(state, 0));
