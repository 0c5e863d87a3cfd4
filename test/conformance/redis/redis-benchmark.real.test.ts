import { execFile } from 'node:child_process';
import { expect, test } from 'vitest';
import { serveRedis } from '../../../sim/wire/redis/serve-redis.js';

test.each([
  { name: 'one command at a time', args: ['-n', '1000'] },
  { name: 'pipelined', args: ['-n', '1000', '-P', '16'] },
  { name: 'in RESP3, over random keys', args: ['-n', '1000', '-3', '-r', '100'] },
])('redis-benchmark runs its default tests: $name', async ({ args }) => {
  const service = await serveRedis({ port: 0 });
  const { code, output } = await new Promise<{ code: number; output: string }>((resolve) => {
    execFile('redis-benchmark', ['-h', '127.0.0.1', '-p', String(service.port), '-q', ...args], (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr }),
    );
  });
  await service.close();
  expect(code, output).toBe(0);
  expect(output).not.toMatch(/error|warning|-ERR/i);
  const done = output.match(/[A-Z_0-9]+[^:\r\n]*: [\d.]+ requests per second/g) ?? [];
  expect(done).toHaveLength(20);
});
