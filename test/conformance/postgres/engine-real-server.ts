import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { errorLine, resultLine, type ScriptedServer } from './engine-transcript.js';

const BIN = '/usr/lib/postgresql/15/bin';
const QUIET_MS = 60;

export const hasRealPostgres = existsSync(join(BIN, 'postgres'));

function userIds(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** A real PostgreSQL 15 of our own, and a connection for every session that a script names. */
export async function realServer(port: number): Promise<ScriptedServer & { close(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-pg-'));
  const ids = userIds();
  if (ids.uid !== undefined && ids.gid !== undefined) chownSync(folder, ids.uid, ids.gid);
  execFileSync(join(BIN, 'initdb'), ['-D', folder, '-A', 'trust', '-U', 'postgres', '--no-sync', '--locale=C', '-E', 'UTF8'], {
    ...ids,
    cwd: folder,
    stdio: 'ignore',
  });
  const options = ['listen_addresses=127.0.0.1', `unix_socket_directories=${folder}`, 'fsync=off', 'timezone=UTC'];
  const server: ChildProcess = spawn(join(BIN, 'postgres'), ['-D', folder, '-p', String(port), ...options.flatMap((option) => ['-c', option])], {
    ...ids,
    cwd: folder,
    stdio: 'ignore',
  });
  const clients = new Map<string, pg.Client>();
  const connect = async (name: string): Promise<pg.Client> => {
    for (let attempt = 0; ; attempt += 1) {
      const client = new pg.Client({
        host: '127.0.0.1',
        port,
        user: 'postgres',
        database: 'postgres',
        password: 'x',
        types: { getTypeParser: () => (text: string) => text },
      });
      client.on('error', () => undefined);
      try {
        await client.connect();
        clients.set(name, client);
        return client;
      } catch (error) {
        if (attempt > 100) throw error;
        await sleep(50);
      }
    }
  };
  for (const name of ['setup', 'A', 'B', 'C', 'D']) await connect(name);
  let pending = 0;
  return {
    start(name, sql, done) {
      const client = clients.get(name);
      if (client === undefined) throw new Error(`no session ${name}`);
      pending += 1;
      client.query({ text: sql, rowMode: 'array' }).then(
        (result) => {
          pending -= 1;
          done(resultLine(result.command, result.rowCount, result.rows as (string | null)[][]));
        },
        (error: pg.DatabaseError) => {
          pending -= 1;
          done(errorLine(error.code ?? '', error.message));
        },
      );
    },
    async quiet() {
      for (let waited = 0; pending > 0 && waited < QUIET_MS; waited += 3) await sleep(3);
      await sleep(3);
    },
    pass: (milliseconds) => sleep(milliseconds),
    async close() {
      await Promise.all([...clients.values()].map((client) => client.end()));
      server.kill('SIGINT');
      await new Promise((resolve) => server.once('exit', resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
