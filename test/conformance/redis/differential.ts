import type { RedisEngine } from '../../../sim/servers/redis/redis-engine.js';
import type { RedisSession } from '../../../sim/servers/redis/redis-session.js';
import type { RespValue } from '../../../sim/servers/redis/resp-value.js';
import { RespConnection } from '../../support/resp-connection.js';
import { repliesAgree } from './compare-replies.js';
import type { HitTable } from './hit-table.js';
import type { Comparison, Step } from './step.js';

/** A reply that the two servers do not agree on, with what led to it. */
export interface Disagreement {
  readonly steps: readonly (readonly string[])[];
  readonly simulated: RespValue;
  readonly real: RespValue;
}

/** Runs sequences on the engine and on a real server, side by side, and compares each reply and then all that is stored. */
export class Differential {
  readonly #sessions: readonly RedisSession[];
  readonly #connections: readonly RespConnection[];

  private constructor(sessions: readonly RedisSession[], connections: readonly RespConnection[]) {
    this.#sessions = sessions;
    this.#connections = connections;
  }

  static async open(engine: RedisEngine, port: number, count: number): Promise<Differential> {
    const connections = await Promise.all(Array.from({ length: count }, () => RespConnection.open(port)));
    return new Differential(
      connections.map(() => engine.open(() => undefined)),
      connections,
    );
  }

  close(): void {
    for (const connection of this.#connections) connection.close();
    for (const session of this.#sessions) session.close();
  }

  /** Runs one sequence from an empty server; returns the first disagreement. */
  async run(steps: readonly Step[], hits?: HitTable): Promise<Disagreement | undefined> {
    await this.#begin();
    // The comparisons of what each session has queued since MULTI.
    const queued: Comparison[][] = this.#sessions.map(() => []);
    for (let start = 0; start < steps.length;) {
      const session = steps[start]?.session ?? 0;
      let end = start;
      while (end < steps.length && steps[end]?.session === session) end += 1;
      const batch = steps.slice(start, end);
      const real = await this.#connection(session).pipeline(batch.map(({ args }) => args));
      for (const [i, step] of batch.entries()) {
        const simulated = this.#session(session).execute(step.args) ?? null;
        const answer = real[i] ?? null;
        hits?.count(step, answer);
        if (!agree(simulated, answer, step, queued[session] ?? [])) {
          return { steps: steps.slice(0, start + i + 1).map(({ args, session: at }) => [`#${at}`, ...args]), simulated, real: answer };
        }
      }
      start = end;
    }
    return this.#compareData(steps);
  }

  async #begin(): Promise<void> {
    for (const [i, connection] of this.#connections.entries()) {
      const reset = [['RESET'], ['FLUSHALL'], ['SCRIPT', 'FLUSH'], ['CONFIG', 'SET', 'appendfsync', 'everysec']];
      await connection.pipeline(reset);
      for (const args of reset) this.#session(i).execute(args);
    }
  }

  async #compareData(steps: readonly Step[]): Promise<Disagreement | undefined> {
    const connection = this.#connection(0);
    const session = this.#session(0);
    await connection.pipeline([['RESET']]);
    session.execute(['RESET']);
    for (const database of ['0', '1']) {
      const [, keys] = await connection.pipeline([
        ['SELECT', database],
        ['KEYS', '*'],
      ]);
      session.execute(['SELECT', database]);
      const simulatedKeys = session.execute(['KEYS', '*']) ?? null;
      const report = (args: readonly string[], simulated: RespValue, real: RespValue): Disagreement => ({
        steps: [...steps.map(({ args: sent, session: at }) => [`#${at}`, ...sent]), ['afterwards in database', database], args],
        simulated,
        real,
      });
      if (!repliesAgree(simulatedKeys, keys ?? null, 'unordered')) return report(['KEYS', '*'], simulatedKeys, keys ?? null);
      for (const key of keys as string[]) {
        for (const [args, comparison] of inspections(key)) {
          const [real = null] = await connection.pipeline([args]);
          const simulated = session.execute(args) ?? null;
          if (!repliesAgree(simulated, real, comparison)) return report(args, simulated, real);
        }
      }
    }
    return undefined;
  }

  #session(index: number): RedisSession {
    return this.#sessions[index] as RedisSession;
  }

  #connection(index: number): RespConnection {
    return this.#connections[index] as RespConnection;
  }
}

/** All the ways to look at a key; those that do not fit its type must be refused alike. */
function inspections(key: string): (readonly [readonly string[], Comparison])[] {
  return [
    [['TYPE', key], 'exact'],
    [['PTTL', key], 'milliseconds'],
    [['GET', key], 'exact'],
    [['HGETALL', key], 'pairs'],
    [['LRANGE', key, '0', '-1'], 'exact'],
    [['SMEMBERS', key], 'unordered'],
    [['ZRANGE', key, '0', '-1', 'WITHSCORES'], 'exact'],
  ];
}

function agree(simulated: RespValue, real: RespValue, step: Step, queued: Comparison[]): boolean {
  const isQueued = typeof real === 'object' && real !== null && 'status' in real && real.status === 'QUEUED';
  const name = step.args[0]?.toUpperCase();
  if (isQueued) {
    queued.push(step.comparison);
    return repliesAgree(simulated, real, 'exact');
  }
  if (name === 'EXEC' && Array.isArray(real)) {
    const comparisons = queued.splice(0);
    const items = simulated as readonly RespValue[];
    if (!Array.isArray(simulated) || items.length !== real.length) return false;
    return items.every((item, i) => repliesAgree(item, real[i] as RespValue, comparisons[i] ?? 'exact'));
  }
  if (name === 'EXEC' || name === 'DISCARD' || name === 'RESET') queued.length = 0;
  return repliesAgree(simulated, real, step.comparison);
}

/** For messages: a sequence as one can read it. */
export function describe(disagreement: Disagreement): string {
  const steps = disagreement.steps.map((args) => args.map((arg) => JSON.stringify(arg)).join(' ')).slice(-40);
  const show = (value: RespValue): string => JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? `${item}n` : item));
  return `${steps.join('\n')}\nsimulated ${show(disagreement.simulated)}\nreal      ${show(disagreement.real)}`;
}
