import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.js';

const BINARY = '/usr/bin/redis-server';

export const hasRedisServer = existsSync(BINARY);

export interface RunningRedis {
  readonly port: number;
  /** SIGSTOP: it answers nobody, and what is sent to it waits. */
  pause(): void;
  resume(): void;
  stop: () => Promise<void>;
}

/** A real redis-server on a free port of the loopback, without persistence. `more` are arguments of its command line. */
export async function startRedisServer(port?: number, more: readonly string[] = []): Promise<RunningRedis> {
  const chosen = port ?? (await freePort());
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-redis-'));
  const server = spawn(BINARY, ['--port', String(chosen), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no', ...more], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const chunk of server.stdout) if (String(chunk).includes('Ready to accept connections')) break;
  server.stdout.resume();
  const ended = once(server, 'exit');
  return {
    port: chosen,
    pause: () => void server.kill('SIGSTOP'),
    resume: () => void server.kill('SIGCONT'),
    stop: async () => {
      server.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
