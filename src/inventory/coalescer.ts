/** Sends a batch, and says what became of each request. One that is left out is sent again, in front of those that came later. */
export type SendBatch<Request, Answer> = (key: string, batch: readonly Request[]) => Promise<ReadonlyMap<Request, Answer>>;

export interface CoalescerOptions<Request, Answer> {
  /** How many requests go together, at most. */
  readonly maxBatch: number;
  /** How many wait for one key, at most; others are told `full`. */
  readonly maxWaiting: number;
  readonly full: Answer;
  /** Whether a request may go with these, after them; else it waits for the next batch. */
  readonly joins: (batch: readonly Request[], request: Request) => boolean;
  readonly send: SendBatch<Request, Answer>;
}

interface Waiting<Request, Answer> {
  readonly request: Request;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** How many turns of the microtask queue a caller has, from its answer to its next request, to be in the next batch. */
const TURNS = 16;

/**
 * Lets many callers share one request. While a batch of a key is on its way, those who come wait, and are the next one: the
 * busier it is, the larger they get, and who comes alone waits for nobody. There is no delay that one could tune.
 */
export class Coalescer<Request, Answer> {
  readonly #options: CoalescerOptions<Request, Answer>;
  /** What waits, for each key that has a batch on its way. */
  readonly #queues = new Map<string, Waiting<Request, Answer>[]>();

  constructor(options: CoalescerOptions<Request, Answer>) {
    this.#options = options;
  }

  ask(key: string, request: Request): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const waiting = { request, resolve, reject };
      const queue = this.#queues.get(key);
      if (queue === undefined) void this.#work(key, [waiting]);
      else if (queue.length < this.#options.maxWaiting) queue.push(waiting);
      else resolve(this.#options.full);
    });
  }

  async #work(key: string, queue: Waiting<Request, Answer>[]): Promise<void> {
    this.#queues.set(key, queue);
    while (queue.length > 0) {
      const batch = this.#nextBatch(queue);
      try {
        const answers = await this.#options.send(
          key,
          batch.map(({ request }) => request),
        );
        queue.unshift(...batch.filter(({ request }) => !answers.has(request)));
        for (const { request, resolve } of batch) if (answers.has(request)) resolve(answers.get(request) as Answer);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
      // Who asks again as soon as it is answered belongs into the next batch: sent without it, batches of all and of none take turns.
      for (let turn = 0; turn < TURNS; turn += 1) await Promise.resolve();
    }
    this.#queues.delete(key);
  }

  #nextBatch(queue: Waiting<Request, Answer>[]): Waiting<Request, Answer>[] {
    const { maxBatch, joins } = this.#options;
    const batch: Waiting<Request, Answer>[] = [];
    const requests: Request[] = [];
    const later: Waiting<Request, Answer>[] = [];
    for (let next = queue.shift(); next !== undefined; next = requests.length < maxBatch ? queue.shift() : undefined) {
      if (requests.length > 0 && !joins(requests, next.request)) {
        later.push(next);
        continue;
      }
      batch.push(next);
      requests.push(next.request);
    }
    queue.unshift(...later);
    return batch;
  }
}
