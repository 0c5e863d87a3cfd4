import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PostgresSite } from '../../../sim/wire/postgres/postgres-site.js';
import { startup, terminate, told } from '../../support/postgres-messages.js';
import { PostgresTalk } from '../../support/postgres-talk.js';
import { RawConnection } from '../../support/raw-connection.js';
import { ScriptedDatabase } from '../../support/scripted-database.js';
import { type RunningPostgres, startPostgres } from '../../support/start-postgres.js';
import { conversations, openings, refusals } from './wire-cases.js';

let real: RunningPostgres;
beforeAll(async () => {
  real = await startPostgres();
});
afterAll(async () => {
  await real.stop();
});

/** Byte by byte, but for keys, versions and lines of source: what a real server answers, and our wire before a scripted backend. */
async function compare(sent: readonly Buffer[], refused?: Buffer): Promise<void> {
  const connection = await RawConnection.open(real.port);
  const talk = new PostgresTalk(new PostgresSite({ open: new ScriptedDatabase().open, random: () => 1 }));
  if (refused !== undefined) {
    connection.send(refused.toString('latin1'));
    expect([await connection.until('N'), talk.send(refused)]).toEqual(['N', ['N unframed']]);
  }
  connection.send(Buffer.concat(sent).toString('latin1'));
  const text = await connection.until('the server hangs up');
  connection.close();
  const theirs = told(Buffer.from(text.replace(/<closed>$/, ''), 'latin1'));
  expect({ said: talk.send(Buffer.concat(sent)), isClosed: talk.isClosed }).toEqual({ said: theirs, isClosed: text.endsWith('<closed>') });
}

describe('as a real PostgreSQL 15 answers', () => {
  test.each(Object.entries(openings))('%s', async (_, sent) => compare(sent));
  test.each(Object.entries(refusals))('%s', async (_, [refused, sent]) => compare([sent], refused));
  test.each(Object.entries(conversations))('%s', async (_, sent) => compare([startup({ user: 'postgres' }), ...sent, terminate]));
});
