import dns from 'node:dns';
import net from 'node:net';
import os from 'node:os';
import { expect, test } from 'vitest';
import { hostAddress } from '../../../../sim/node/node-hosts.js';
import { exitCodeOf } from '../../../../sim/node/virtual-process.js';
import { asClient, runNode, type NodeRun } from '../../../support/node-world.js';

/** What reaches the real terminal; set up before anything is installed over it. */
const printed: unknown[] = [];
for (const [owner, name] of [
  [process.stdout, 'write'],
  [process.stderr, 'write'],
  [console, 'log'],
  [console, 'warn'],
] as const) {
  const real = (owner as unknown as Record<string, (...args: unknown[]) => unknown>)[name]!.bind(owner);
  Object.assign(owner, {
    [name]: (...args: unknown[]) => {
      printed.push(args[0]);
      return real(...args);
    },
  });
}

const notes = ({ trace }: NodeRun): string[] => trace.lines().flatMap(({ kind, process, text }) => (kind === 'note' ? [`${process}: ${text}`] : []));

test('process.exit ends this life at once: nothing after it runs, its connections end, its timers are gone', async () => {
  const seen: string[] = [];
  let code: number | undefined;
  const run = await runNode(
    {
      server: () => void net.createServer((socket) => void socket.resume().on('close', () => seen.push('closed'))).listen(7000),
      client: async (own) => {
        net.connect(7000, 'server');
        await new Promise((resolve) => setTimeout(resolve, 10));
        setTimeout(() => seen.push('a timer'), 10);
        void Promise.resolve().then(() => (code = exitCodeOf(own)));
        try {
          process.exit(3);
        } finally {
          net.connect(7000, 'server').on('connect', () => seen.push('a connection'));
        }
        seen.push('the next line');
      },
    },
    ({ world }) => void world.at(1_000_000, 'look', () => seen.push(`alive: ${world.processes[1]?.incarnation !== null}`)),
  );
  expect(run.end).toEqual({ kind: 'idle' });
  expect(seen).toEqual(['closed', 'alive: false']);
  expect(code).toBe(3);
  expect(notes(run)).toEqual(['client: process.exit(3)']);
});

test('the usual last line of a program ends its process, not the run', async () => {
  const main = async (): Promise<void> => {
    await Promise.resolve();
    throw new Error('no configuration');
  };
  const run = await runNode({
    client: () => {
      main().catch((error: Error) => {
        console.error('fatal:', error.message);
        process.exit(1);
      });
    },
    other: () => process.kill(process.pid, 'SIGTERM'),
  });
  expect(run.end).toEqual({ kind: 'idle' });
  expect(notes(run)).toEqual(['client: fatal: no configuration', 'client: process.exit(1)', 'other: process.exit(143)']);
});

test('what it prints becomes notes, and never reaches the terminal', async () => {
  printed.length = 0;
  const run = await runNode({
    a: () => {
      console.log('one %d', 1, { two: 2 });
      console.group();
      console.warn('indented');
      process.stdout.write('raw\n');
      process.stderr.write(Buffer.from('bytes'), () => console.log('written'));
      process.emitWarning('careful');
    },
    b: () => console.log('not indented'),
  });
  expect(printed).toEqual([]);
  expect(notes(run)).toEqual(['a: one 1 { two: 2 }', 'a:   indented', 'a: raw', 'a: bytes', 'a: warning: careful', 'a:   written', 'b: not indented']);
  console.log('a line of the test');
  expect(printed).toContain('a line of the test');
});

test('what tells machines apart tells processes apart, and is the same in every run', async () => {
  const seen = await asClient(async () => {
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    return [os.hostname(), process.pid, process.uptime(), await dns.promises.lookup('client'), await dns.promises.lookup('localhost', { all: true })];
  });
  expect(seen).toEqual(['client', 1, 2.5, { address: hostAddress(0), family: 4 }, [{ address: '127.0.0.1', family: 4 }]]);
  expect(os.hostname()).not.toBe('client');
  expect(process.pid).not.toBe(1);
});

test('a name that nobody has is told as Node tells it', async () => {
  const error = await asClient(() => new Promise<unknown>((resolve) => dns.lookup('nowhere', { all: true }, resolve)));
  expect(error).toMatchObject({ message: 'getaddrinfo ENOTFOUND nowhere', code: 'ENOTFOUND', errno: -3008, syscall: 'getaddrinfo', hostname: 'nowhere' });
});
