import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { supportedCommands } from '../../../sim/servers/redis/command-table.js';
import { type BothRedis, startBothRedis } from '../../support/both-redis.js';
import { serveRedis } from '../../../sim/wire/redis/serve-redis.js';
import { RawConnection, toWire } from '../../support/raw-connection.js';
import { startRedisServer } from '../../support/start-redis-server.js';
import { commandTemplates } from './command-templates.js';
import { randomSteps } from './random-steps.js';
import { type Draw, drawsFrom } from './step.js';
import { declaredDifferences, wireCases } from './wire-cases.js';

/** Behind all that is sent: its answer is the last. `-` in RESP2 is an array while subscribed. */
const MARK = toWire('RESET') + toWire('ECHO', 'the end');
const ANSWERED = '+RESET\r\n$7\r\nthe end\r\n';

/** Commands whose answers two servers may give in different orders, at different times or by chance. */
const notExact = new Set(
  Object.entries(commandTemplates).flatMap(([comparison, templates]) => (comparison === 'exact' ? [] : templates.map((text) => text.split(' ')[0] ?? ''))),
);

/** Ids count connections of a server's own. */
const withoutIds = (text: string): string => text.replace(/(\$2\r\nid\r\n:)\d+/g, '$1');

/** Compares what a real redis-server and ours write, byte by byte. */
export function wireSuite({ sequences }: { readonly sequences: number }): void {
  let real: BothRedis['real'];
  let simulated: BothRedis['simulated'];
  let stop: BothRedis['stop'];
  beforeAll(async () => {
    ({ real, simulated, stop } = await startBothRedis());
  });
  afterAll(() => stop());

  const answer = async (port: number, chunks: readonly string[]): Promise<string> => {
    const connection = await RawConnection.open(port);
    connection.send(toWire('FLUSHALL'));
    await connection.until('+OK\r\n');
    // Behind a line that is too long, a newline may or may not come in time: then the server is to hang up by itself.
    connection.send(...chunks, ...(chunks.join('').length > 60_000 && chunks.at(-1)?.endsWith('\n') !== true ? [] : [MARK]));
    const text = await connection.until(ANSWERED);
    connection.close();
    return withoutIds(text);
  };
  const both = async (chunks: readonly string[]): Promise<{ ours: string; theirs: string }> => {
    // One after the other: the machine is busy enough, and some of this is sent to all clients.
    return { theirs: await answer(real.port, chunks), ours: await answer(simulated.port, chunks) };
  };

  test.each(wireCases.map((sent) => [sent.length > 300 ? `${sent.slice(0, 100)}... (${sent.length} bytes)` : sent, sent]))('%j', async (_, sent) => {
    const { ours, theirs } = await both([sent]);
    expect(ours).toBe(theirs);
  });

  test.each(['2', '3'])('COMMAND INFO says the same of every command in RESP%s', async (protocol) => {
    // What has subcommands lists them, and we have fewer.
    const names = supportedCommands.flatMap(({ name, subcommands }) => (subcommands === undefined ? [name] : [...subcommands.values()].map((sub) => sub.name)));
    const { ours, theirs } = await both([toWire('HELLO', protocol) + toWire('COMMAND', 'INFO', ...names)]);
    expect(ours).toBe(theirs);
  });

  test.each(declaredDifferences)('declared: $why ($sent)', async ({ sent }) => {
    const { ours, theirs } = await both([sent]);
    expect(ours).not.toBe(theirs);
  });

  describe('random sequences, cut anywhere', () => {
    test.each([2, 3])(`${sequences} in RESP%i`, async (protocol) => {
      for (let seed = 1; seed <= sequences; seed += 1) {
        const draw = drawsFrom(seed);
        const steps = randomSteps(draw, { sessions: 1, length: 20 + draw(41), without: (command) => notExact.has(command.split(' ')[0] ?? '') });
        const text = [['SCRIPT', 'FLUSH'], ['HELLO', String(protocol)], ...steps.map(({ args }) => args)].map((args) => toWire(...args)).join('');
        const { ours, theirs } = await both(cut(text, draw));
        expect(ours, `seed ${seed}: ${JSON.stringify(text)}`).toBe(theirs);
      }
    });
  });

  test('messages go from one client to another, killed ones get none', async () => {
    const talk = async (port: number): Promise<string[]> => {
      const [listener, speaker] = [await RawConnection.open(port), await RawConnection.open(port)];
      listener.send(toWire('CLIENT', 'SETNAME', 'listener'), toWire('SUBSCRIBE', 'news', 'sport'), toWire('PING'));
      const heard = [await listener.until('$4\r\npong\r\n$0\r\n\r\n')];
      speaker.send(toWire('PUBLISH', 'news', 'one\r\n\xff'), toWire('PUBLISH', 'nothing', 'two'), MARK);
      heard.push(await speaker.until(ANSWERED), await listener.until('\xff\r\n'));
      speaker.send(toWire('CLIENT', 'KILL', 'TYPE', 'pubsub'), toWire('PUBLISH', 'news', 'three'), MARK);
      heard.push(await speaker.until(ANSWERED), await listener.until('nothing more'));
      speaker.close();
      return heard;
    };
    expect(await talk(simulated.port)).toEqual(await talk(real.port));
  });

  test('a pause of one client holds back another, and CLIENT LIST has the same fields', async () => {
    const talk = async (port: number): Promise<string[]> => {
      const [one, other] = [await RawConnection.open(port), await RawConnection.open(port)];
      one.send(toWire('CLIENT', 'PAUSE', '60000', 'WRITE'), toWire('ECHO', 'paused'));
      const heard = [await one.until('paused\r\n')];
      other.send(toWire('SET', 'a', '1'), toWire('GET', 'a'), MARK);
      one.send(toWire('GET', 'a'), toWire('CLIENT', 'UNPAUSE'), MARK);
      heard.push(await one.until(ANSWERED), await other.until(ANSWERED));
      one.send(toWire('CLIENT', 'INFO'), MARK);
      const fields = (await one.until(ANSWERED)).match(/[a-z-]+(?==)/g) ?? [];
      one.close();
      other.close();
      return [...heard, ...fields];
    };
    expect(await talk(simulated.port)).toEqual(await talk(real.port));
  });

  test('a password is asked for in the same way', async () => {
    const guarded = await startRedisServer(undefined, ['--requirepass', 'secret']);
    const ours = await serveRedis({ port: 0, password: 'secret' });
    const sent = [
      ...['GET a', 'NOSUCH', 'GET', 'HELLO 3', 'HELLO', 'AUTH wrong', 'AUTH nobody secret', 'HELLO 3 AUTH default wrong', 'PING', 'MULTI', 'EXEC'],
      ...['HELLO 3 SETNAME x AUTH default secret', 'CLIENT GETNAME', 'GET a', 'AUTH wrong', 'GET a', 'RESET', 'GET a', 'AUTH secret', 'GET a', 'RESET'],
      ...['AUTH default secret', 'GET a', 'SUBSCRIBE a', 'RESET', 'SUBSCRIBE a', 'QUIT'],
    ].map((line) => `${line}\r\n`);
    for (const chunks of [sent, [toWire(...'abcdefghijk')], [`*1\r\n$16385\r\n`]]) {
      const answers = await Promise.all(
        [guarded.port, ours.port].map(async (port) => {
          const connection = await RawConnection.open(port);
          connection.send(...chunks);
          return withoutIds(await connection.until('the server hangs up'));
        }),
      );
      expect(answers[1]).toBe(answers[0]);
    }
    await ours.close();
    await guarded.stop();
  });
}

/** Cuts a text into pieces of 1 to 60 bytes, or leaves it whole. */
function cut(text: string, draw: Draw): string[] {
  if (draw(3) === 0) return [text];
  const pieces: string[] = [];
  for (let at = 0; at < text.length;) {
    const size = 1 + draw(60);
    pieces.push(text.slice(at, at + size));
    at += size;
  }
  return pieces;
}
