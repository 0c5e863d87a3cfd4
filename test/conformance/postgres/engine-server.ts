import { loadModule } from 'libpg-query';
import { PostgresEngine } from '../../../sim/servers/postgres/postgres-engine.js';
import type { PostgresSession } from '../../../sim/servers/postgres/postgres-session.js';
import { errorLine, resultLine, type ScriptedServer } from './engine-transcript.js';

interface Timer {
  readonly at: number;
  readonly call: () => void;
}

/** The engine with a clock that only `pass` moves. */
export async function engineServer(): Promise<ScriptedServer & { readonly engine: PostgresEngine; close(): void }> {
  await loadModule();
  let nowUs = 1_790_000_000_000_000;
  let timers: Timer[] = [];
  const engine = new PostgresEngine({
    now: () => nowUs,
    random: (bound) => 7 % bound,
    setTimer(lengthUs, call) {
      const timer = { at: nowUs + lengthUs, call };
      timers.push(timer);
      return { cancel: () => void (timers = timers.filter((other) => other !== timer)) };
    },
  });
  const sessions = new Map<string, PostgresSession>();
  return {
    engine,
    start(name, sql, done) {
      const session = sessions.get(name) ?? engine.open();
      sessions.set(name, session);
      // As `pg` has it: the first word of the command tag.
      session.execute(sql, [], (answer) =>
        done(
          'error' in answer
            ? errorLine(answer.error.sqlstate, answer.error.message)
            : resultLine(answer.command.split(' ')[0] ?? '', answer.rowCount, answer.rows),
        ),
      );
    },
    quiet: async () => undefined,
    async pass(milliseconds) {
      const until = nowUs + milliseconds * 1000;
      for (;;) {
        const next = timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        timers = timers.filter((other) => other !== next);
        nowUs = next.at;
        next.call();
      }
      nowUs = until;
    },
    close() {
      for (const session of sessions.values()) session.close();
    },
  };
}
