import type { System } from './define-model.js';
import { createEngine, type Engine, NO_PARENT } from './engine.js';
import { type Exploration, Findings, type Found, type SearchOptions } from './explore.js';
import { mailFor, numbersFor, outboxesOf, type Seed, Share, type ShareResult, type ShareTask } from './explore-share.js';
import { Rendezvous } from './rendezvous.js';

/** A thread that can do a share of a search: it has the same system, and calls `exploreShare` with the task. */
export interface SearchThread {
  /** Resolves when the thread has loaded all it needs. */
  readonly ready: Promise<void>;
  run(task: ShareTask): Promise<ShareResult>;
  stop(): Promise<void>;
}

/** All states that were found, packed, and for each the one from which it was found; negative for initial ones. */
export interface Stored {
  readonly states: Int32Array;
  readonly parents: Int32Array;
}

export interface ParallelOptions extends SearchOptions {
  readonly symmetry: boolean;
  /** Each starts a thread; this thread takes part, too. */
  readonly helpers: readonly (() => SearchThread)[];
}

/** So many states are found alone: for fewer, no thread is worth its start. */
const ALONE = 5_000;
const SLICE = 8_192;

/**
 * Breadth first, on several threads. While they start, the search goes on alone on this one; when they are ready it is shared
 * out. Counts, depth and the lengths of counterexamples do not depend on how many there are; which
 * of several shortest counterexamples is found may.
 */
export async function exploreParallel(system: System, options: ParallelOptions): Promise<{ exploration: Exploration; stored: Stored }> {
  const of = options.helpers.length + 1;
  const mail = mailFor(system, of);
  const engine = createEngine(system, { symmetry: options.symmetry, share: { me: 0, of, outboxes: outboxesOf(mail, 0, of) } });
  const findings = new Findings(engine);
  const helpers = new Helpers(options.helpers);
  try {
    const { from, to, generated, depth, finished } = await alone(engine, findings, helpers, options);
    const own = {
      generated,
      depth,
      finished,
      taken: [...engine.taken],
      bytes: engine.bytes(),
      states: engine.states(),
      parents: engine.parents(),
      count: engine.count(),
    };
    if (!finished || from === engine.count()) return merge(engine, of, [{ ...own, ...findings.all(), seeded: own.count }]);
    const states = new SharedArrayBuffer(4 * engine.layout.words * engine.count());
    new Int32Array(states).set(engine.states().subarray(0, engine.layout.words * engine.count()));
    const meeting = Rendezvous.memoryFor(numbersFor(of));
    const seed = { states, count: engine.count(), from, to, level: depth };
    const task: ShareTask = { me: 0, of, symmetry: options.symmetry, maxStates: options.maxStates, seed, mail, meeting };
    engine.shareOut();
    const share = new Share(engine, findings, task, from, to, false).run(options.progress);
    const results = await firstFailure([share, ...helpers.run(task)]);
    const [mine, ...theirs] = results as [ShareResult, ...ShareResult[]];
    return merge(engine, of, [{ ...mine, generated: generated + mine.generated }, ...theirs]);
  } finally {
    await helpers.stop();
  }
}

/** All results; or the failure that made the others fail. */
async function firstFailure(shares: readonly Promise<ShareResult>[]): Promise<ShareResult[]> {
  let first: { readonly error: unknown } | null = null;
  const settled = await Promise.allSettled(
    shares.map((share) =>
      share.catch((error: unknown) => {
        first ??= { error };
        throw error;
      }),
    ),
  );
  const failures = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  // What the others say is only that somebody failed.
  if (failures.length > 0)
    throw failures.find((error) => !(error instanceof Error && error.message === Share.OTHERS)) ?? (first as { readonly error: unknown } | null)?.error;
  return settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
}

class Helpers {
  private threads: readonly SearchThread[] = [];
  private state: 'not started' | 'starting' | 'ready' = 'not started';
  private failure: Error | null = null;

  constructor(private readonly starts: readonly (() => SearchThread)[]) {}

  start(): void {
    if (this.state !== 'not started') return;
    this.state = 'starting';
    this.threads = this.starts.map((start) => start());
    Promise.all(this.threads.map(({ ready }) => ready)).then(
      () => (this.state = 'ready'),
      (error: unknown) => (this.failure = error instanceof Error ? error : new Error(String(error))),
    );
  }

  /** Throws when a thread could not be started. */
  areReady(): boolean {
    if (this.failure !== null) throw this.failure;
    return this.state === 'ready';
  }

  run(task: ShareTask): Promise<ShareResult>[] {
    return this.threads.map((thread, index) =>
      thread.run({ ...task, me: index + 1 }).catch((error: unknown) => {
        new Rendezvous(task.meeting, task.of, false).fail();
        throw error;
      }),
    );
  }

  async stop(): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.stop()));
  }
}

/** Begins the search, until it is over or the helpers are ready. */
async function alone(
  engine: Engine,
  findings: Findings,
  helpers: Helpers,
  { maxStates, progress }: ParallelOptions,
): Promise<Pick<Exploration, 'generated' | 'depth' | 'finished'> & Pick<Seed, 'from' | 'to'>> {
  for (const start of engine.initial) {
    engine.canonical(start, 0);
    engine.add(start, 0, NO_PARENT);
  }
  let generated = engine.initial.length;
  let depth = 0;
  let from = 0;
  let finished = true;
  let to = 0;
  while (from < engine.count() && finished && !helpers.areReady()) {
    depth += 1;
    to = engine.count();
    while (from < to && finished && !helpers.areReady()) {
      const until = Math.min(to, from + SLICE);
      for (; from < until; from += 1) generated += engine.expand(from);
      progress(engine.count(), depth);
      finished = engine.count() <= maxStates;
      if (engine.count() < ALONE) continue;
      helpers.start();
      await turnOfTheLoop();
    }
    findings.note(depth);
  }
  return { from, to, generated, depth, finished };
}

/** All states in one list: first those of thread 0, then what each of the others found besides. */
function merge({ layout: { words } }: Engine, of: number, results: readonly ShareResult[]): { exploration: Exploration; stored: Stored } {
  const begins: number[] = [];
  let distinct = 0;
  results.forEach(({ count, seeded }, thread) => {
    const skipped = thread === 0 ? 0 : seeded;
    begins.push(distinct - skipped);
    distinct += count - skipped;
  });
  const indexOf = (thread: number, index: number): number => {
    const { seeded, parents } = results[thread] as ShareResult;
    return thread > 0 && index < seeded ? Math.floor((parents[index] as number) / of) : (begins[thread] as number) + index;
  };
  const states = new Int32Array(distinct * words);
  const parents = new Int32Array(distinct);
  results.forEach((result, thread) => {
    const begin = begins[thread] as number;
    const first = thread === 0 ? 0 : result.seeded;
    states.set(result.states.subarray(first * words, result.count * words), (begin + first) * words);
    for (let index = first; index < result.count; index += 1) {
      const parent = result.parents[index] as number;
      parents[begin + index] = parent < 0 ? parent : indexOf(parent % of, Math.floor(parent / of));
    }
  });
  const least = (pick: (result: ShareResult) => Found | null | undefined): Found | null =>
    results.reduce<Found | null>((best, result, thread) => {
      const found = pick(result) ?? null;
      return found !== null && (best === null || found.level < best.level) ? { state: indexOf(thread, found.state), level: found.level } : best;
    }, null);
  const [mine] = results as [ShareResult];
  const sum = (pick: (result: ShareResult) => number): number => results.reduce((total, result) => total + pick(result), 0);
  const exploration: Exploration = {
    distinct,
    generated: sum(({ generated }) => generated),
    depth: mine.depth,
    finished: mine.finished,
    broken: mine.broken.map((_, invariant) => least(({ broken }) => broken[invariant])),
    stuck: least(({ stuck }) => stuck),
    taken: mine.taken.map((_, instance) => sum(({ taken }) => taken[instance] ?? 0)),
    bytes: sum(({ bytes }) => bytes),
  };
  return { exploration, stored: { states, parents } };
}

/** Lets messages of threads come in. */
function turnOfTheLoop(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port2.once('message', () => {
      port1.close();
      resolve();
    });
    port1.postMessage(null);
  });
}
