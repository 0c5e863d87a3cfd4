import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLuaRuntime } from '../../../sim/servers/redis/lua/lua-runtime.js';
import { RedisEngine } from '../../../sim/servers/redis/redis-engine.js';
import type { RedisSession } from '../../../sim/servers/redis/redis-session.js';
import type { RespValue } from '../../../sim/servers/redis/resp-value.js';
import { RespConnection } from '../../support/resp-connection.js';
import { type RunningRedis, startRedisServer } from '../../support/start-redis-server.js';
import { repliesAgree } from './compare-replies.js';
import { describe, Differential } from './differential.js';
import { errorBranches } from './error-branches.js';
import { HitTable } from './hit-table.js';
import { randomScript } from './lua-scripts.js';
import { expectedLabels, randomSteps } from './random-steps.js';
import { drawsFrom } from './step.js';

export interface EngineSuiteOptions {
  /** How many random sequences of commands, of 20 to 60 steps. */
  readonly sequences: number;
  /** How many random scripts. */
  readonly scripts: number;
  /** How often each command, option and error branch must have been hit; 0: do not ask, and print no table. */
  readonly floor: number;
}

const CONNECTIONS = 2;

/** Compares the engine with a real redis-server, reply by reply. */
export function engineSuite({ sequences, scripts, floor }: EngineSuiteOptions): void {
  let server: RunningRedis;
  let engine: RedisEngine;

  beforeAll(async () => {
    server = await startRedisServer();
    const draw = drawsFrom(1);
    // The very clock of the real server, so that both see the same keys expire.
    engine = new RedisEngine({ now: () => Date.now() * 1000, random: draw, lua: await createLuaRuntime() });
  });
  afterAll(() => server.stop());

  test(`${sequences} random sequences of commands`, async () => {
    const differential = await Differential.open(engine, server.port, CONNECTIONS);
    const hits = new HitTable();
    for (let seed = 1; seed <= sequences; seed += 1) {
      const draw = drawsFrom(seed);
      const disagreement = await differential.run(randomSteps(draw, { sessions: CONNECTIONS, length: 20 + draw(41) }), hits);
      if (disagreement !== undefined) expect.fail(`seed ${seed}:\n${describe(disagreement)}`);
    }
    differential.close();
    if (floor > 0) {
      console.log(hits.toString());
      // An EXEC of which a WATCH made nothing is a branch of its own.
      expect(hits.below(floor, [...expectedLabels, ...errorBranches, 'EXEC = nothing'])).toEqual([]);
    }
  });

  test(`${scripts} random Lua scripts`, async () => {
    const connection = await RespConnection.open(server.port);
    const session = engine.open(() => undefined);
    const failed = { simulated: 0, real: 0 };
    for (let seed = 1; seed <= scripts; seed += 1) {
      const draw = drawsFrom(seed);
      const script = randomScript(draw);
      const before = [['FLUSHALL'], ['RPUSH', 'list', 'x', 'y'], ['SET', 'key', draw(2) === 0 ? '5' : 'text']];
      const commands = [...before, ['EVAL', script, '1', 'key', 'arg', '17'], ['GET', 'key']];
      const real = await connection.pipeline(commands);
      const simulated = commands.map((args) => session.execute(args) ?? null);
      expect(readable(simulated), `seed ${seed}: ${script}`).toEqual(readable(real));
      if (isError(simulated[3])) failed.simulated += 1;
      if (isError(real[3])) failed.real += 1;
    }
    // Neither all errors nor none.
    expect(failed.simulated).toBe(failed.real);
    expect(failed.real).toBeGreaterThan(scripts / 10);
    expect(scripts - failed.real).toBeGreaterThan(scripts / 10);
    connection.close();
    session.close();
  });

  test('keys expire', async () => {
    const connection = await RespConnection.open(server.port);
    const session = engine.open(() => undefined);
    const agree = async (...args: string[]): Promise<RespValue> => {
      const [real = null] = await connection.pipeline([args]);
      const simulated = session.execute(args) ?? null;
      expect(repliesAgree(simulated, real, 'exact'), `${args.join(' ')}: simulated ${readable(simulated)}, real ${readable(real)}`).toBe(true);
      return real;
    };
    for (const hold of [
      ['SET', 'k', 'v'],
      ['HSET', 'k', 'f', 'v'],
      ['RPUSH', 'k', 'v'],
      ['SADD', 'k', 'v'],
      ['ZADD', 'k', '1', 'v'],
    ]) {
      await agree('FLUSHALL');
      await agree(...hold);
      await agree('PEXPIRE', 'k', '60');
      await agree('WATCH', 'k');
      await new Promise((resolve) => setTimeout(resolve, 150));
      await agree('MULTI');
      await agree('SET', 'other', '1');
      // What was watched has expired.
      expect(await agree('EXEC')).toEqual({ nullArray: true });
      for (const look of [['EXISTS', 'k'], ['TYPE', 'k'], ['PTTL', 'k'], ['PERSIST', 'k'], ['DBSIZE']]) await agree(...look);
      await agree('EVAL', "return redis.call('EXISTS', 'k')", '0');
      await agree('INCR', 'k');
      await agree('TTL', 'k');
    }
    await agree('SET', 'k', 'v', 'PXAT', '1000');
    await agree('GET', 'k');
    connection.close();
    session.close();
  });

  test('channels', async () => {
    const listener = await RespConnection.open(server.port);
    const speaker = await RespConnection.open(server.port);
    const pushed: RespValue[] = [];
    const simulatedListener = engine.open((message) => pushed.push(message));
    const simulatedSpeaker = engine.open(() => undefined);
    // A PING's answer tells that everything before it has arrived.
    const listen = async (...args: string[]): Promise<void> => {
      const all = await listener.collect([args, ['PING', 'mark']], (reply) => reply === 'mark' || (Array.isArray(reply) && reply[0] === 'pong'));
      const reply = simulatedListener.execute(args);
      const simulated = [...pushed.splice(0), ...(reply === undefined ? [] : [reply]), simulatedListener.execute(['PING', 'mark']) ?? null];
      expect(simulated, args.join(' ')).toEqual(all);
    };
    const speak = async (...args: string[]): Promise<void> => {
      const [real] = await speaker.pipeline([args]);
      expect(simulatedSpeaker.execute(args), args.join(' ')).toEqual(real);
    };
    await listen('SUBSCRIBE', 'a', 'b', 'a');
    // One pattern for each channel: the order among several is that of a hash table.
    await listen('PSUBSCRIBE', '?', 'ab*');
    await speak('PUBLISH', 'a', 'one');
    await listen('PING');
    await speak('PUBLISH', 'abc', 'two');
    await speak('PUBLISH', 'nobody', 'three');
    await speak('PUBSUB', 'NUMSUB', 'a', 'b', 'c');
    await speak('PUBSUB', 'NUMPAT');
    await listen('GET', 'x');
    await listen('UNSUBSCRIBE', 'a', 'never');
    await speak('EVAL', "return redis.call('PUBLISH', 'b', 'four')", '0');
    await listen('UNSUBSCRIBE');
    await listen('PUNSUBSCRIBE');
    await listen('UNSUBSCRIBE');
    await listen('GET', 'x');
    await listen('SUBSCRIBE', 'a');
    await listen('RESET');
    await speak('PUBLISH', 'a', 'five');
    await listen('PING');
    for (const connection of [listener, speaker]) connection.close();
    for (const session of [simulatedListener, simulatedSpeaker] satisfies RedisSession[]) session.close();
  });
}

function isError(value: RespValue | undefined): boolean {
  return typeof value === 'object' && value !== null && 'error' in value;
}

/** Addresses of tables differ from server to server, and are none of the engine's business. */
function readable(value: RespValue): string {
  return JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? `${item}n` : item)).replace(/0x[0-9a-f]{12}/g, 'address');
}
