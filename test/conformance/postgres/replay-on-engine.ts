import { PostgresEngine } from '../../../sim/servers/postgres/postgres-engine.js';
import type { PostgresSession } from '../../../sim/servers/postgres/postgres-session.js';
import { errorLine, resultLine } from './engine-transcript.js';
import type { Orders } from './orders.js';
import { BEFORE, replay, type RandomScript, type ReplayedStep, type ReplayServer, SESSIONS } from './replay.js';

const NOW_US = 1_790_000_000_000_000;

interface Timer {
  readonly at: number;
  readonly call: () => void;
}

/** The engine, new for each replay. Who goes on first when several may, and whose timer fires first, is for `orders` to say. */
class EngineReplay implements ReplayServer {
  readonly #orders: Orders;
  readonly #sessions: ReadonlyMap<string, PostgresSession>;
  #nowUs = NOW_US;
  #timers: Timer[] = [];

  constructor(orders: Orders) {
    this.#orders = orders;
    const engine = new PostgresEngine({
      now: () => this.#nowUs,
      random: (bound) => 7 % bound,
      choose: (count) => orders.choose(count),
      setTimer: (lengthUs, call) => {
        const timer = { at: this.#nowUs + lengthUs, call };
        this.#timers.push(timer);
        return { cancel: () => void (this.#timers = this.#timers.filter((other) => other !== timer)) };
      },
    });
    const setup = engine.open();
    for (const sql of BEFORE) {
      setup.execute(sql, [], (answer) => {
        if ('error' in answer) throw new Error(`the set-up fails at ${sql}: ${answer.error.message}`);
      });
    }
    this.#sessions = new Map(SESSIONS.map((name) => [name, engine.open()]));
  }

  start(name: string, sql: string, done: (outcome: string) => void): void {
    this.#sessions
      .get(name)
      ?.execute(sql, [], (answer) =>
        done('error' in answer ? errorLine(answer.error.sqlstate, answer.error.message) : resultLine(answer.command, answer.rowCount, answer.rows)),
      );
  }

  /** Nothing here has to be waited for but the search for deadlocks, which has the only timers. */
  quiet(): Promise<void> {
    while (this.#timers.length > 0) {
      const at = Math.min(...this.#timers.map((timer) => timer.at));
      const due = this.#timers.filter((timer) => timer.at === at);
      const next = due[this.#orders.choose(due.length)];
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#nowUs = at;
      next?.call();
    }
    this.#orders.endStep();
    return Promise.resolve();
  }
}

export function replayOnEngine(script: RandomScript, orders: Orders): Promise<readonly ReplayedStep[]> {
  return replay(new EngineReplay(orders), script);
}
