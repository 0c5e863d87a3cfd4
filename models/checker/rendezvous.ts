const ARRIVED = 0;
const GENERATION = 1;
const FAILED = 2;
const OWN = 3;

/** Looks so often whether the others have come before it goes to sleep: mostly they are about to. */
const SPINS = 2_000;
/** A thread that died never comes: look now and then whether that was said. */
const PATIENCE_MS = 200;

/** What `lib.es2024.sharedmemory` says of it. */
interface WaitAsync {
  waitAsync(cells: Int32Array, index: number, value: number, timeoutMs: number): { readonly value: unknown };
}

/** A place in shared memory where threads wait for each other, and numbers that they tell each other there. */
export class Rendezvous {
  private readonly cells: Int32Array;

  constructor(
    readonly memory: SharedArrayBuffer,
    private readonly threads: number,
    /** Whether this thread may sleep. The main thread must not: it has to hear of threads that died. */
    private readonly maySleep: boolean,
  ) {
    this.cells = new Int32Array(memory);
  }

  static memoryFor(numbers: number): SharedArrayBuffer {
    return new SharedArrayBuffer(4 * (OWN + numbers));
  }

  /** Waits until all have come. False when somebody failed: then nobody goes on. */
  async meet(): Promise<boolean> {
    const { cells } = this;
    const generation = Atomics.load(cells, GENERATION);
    if (Atomics.add(cells, ARRIVED, 1) === this.threads - 1) {
      Atomics.store(cells, ARRIVED, 0);
      Atomics.add(cells, GENERATION, 1);
      Atomics.notify(cells, GENERATION);
      return !this.failed;
    }
    for (let spin = 0; spin < SPINS; spin += 1) if (Atomics.load(cells, GENERATION) !== generation) return !this.failed;
    while (Atomics.load(cells, GENERATION) === generation && !this.failed) {
      if (this.maySleep) Atomics.wait(cells, GENERATION, generation, PATIENCE_MS);
      else await (Atomics as unknown as WaitAsync).waitAsync(cells, GENERATION, generation, PATIENCE_MS).value;
    }
    return !this.failed;
  }

  /** From now on nobody waits for anybody. */
  fail(): void {
    Atomics.store(this.cells, FAILED, 1);
  }

  get failed(): boolean {
    return Atomics.load(this.cells, FAILED) === 1;
  }

  tell(place: number, value: number): void {
    Atomics.store(this.cells, OWN + place, value);
  }

  told(place: number): number {
    return Atomics.load(this.cells, OWN + place);
  }
}
