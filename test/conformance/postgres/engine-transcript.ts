import { type EngineScript, SETUP } from './engine-scripts.js';

/** What a statement came to, in one line. */
export type Outcome = string;

/** A server that scripts can be run on. */
export interface ScriptedServer {
  /** Begins a statement; its outcome comes when it comes. */
  start(session: string, sql: string, done: (outcome: Outcome) => void): void;
  /** Lets everything happen that happens without waiting for anybody. */
  quiet(): Promise<void>;
  /** Lets time pass. */
  pass(milliseconds: number): Promise<void>;
}

/** One line for a result: the command, its count, its rows. */
export function resultLine(command: string, count: number | null, rows: readonly (readonly (string | null)[])[]): Outcome {
  const shown = rows.map((row) => `(${row.map((value) => value ?? 'NULL').join(', ')})`).join(' ');
  return `${command}${count === null ? '' : ` ${count}`}${shown === '' ? '' : ` ${shown}`}`;
}

export function errorLine(sqlstate: string, message: string): Outcome {
  return `${sqlstate} ${message}`;
}

async function step(server: ScriptedServer, session: string, sql: string): Promise<Outcome> {
  let outcome: Outcome | undefined;
  server.start(session, sql, (line) => (outcome = line));
  for (let tries = 0; outcome === undefined && tries < 50; tries += 1) await server.quiet();
  if (outcome === undefined) throw new Error(`the set-up blocks at ${sql}`);
  return outcome;
}

/** Runs a script and writes down, after every step, what was answered since; what is not answered is `blocked`. */
export async function transcript(server: ScriptedServer, script: EngineScript): Promise<string[]> {
  for (const sql of SETUP) await step(server, 'setup', sql);
  const lines: string[] = [];
  const answers: string[] = [];
  for (const each of script.steps) {
    const [session = '', sql = ''] = each.split(/: (.*)/s);
    if (session === 'wait') await server.pass(Number(sql));
    else {
      let isAnswered = false;
      server.start(session, sql, (outcome) => {
        isAnswered = true;
        answers.push(`${session}: ${outcome}`);
      });
      await server.quiet();
      if (!isAnswered) lines.push(`${session}: blocked`);
    }
    lines.push(...answers.splice(0).sort());
  }
  return lines;
}
