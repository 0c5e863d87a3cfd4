import { replay as runAgain } from '../explore/replay.js';
import { installGuards } from '../kernel/guards.js';
import { Trace } from '../kernel/trace.js';
import { installVirtualGlobals } from '../kernel/virtual-globals.js';
import { replayReport } from '../report/replay-report.js';
import { traceLines } from '../report/trace-lines.js';
import type { Terminal } from './terminal.js';

export interface ReplayOptions {
  readonly trace?: boolean;
  readonly json?: boolean;
}

/** `holdfast replay`: one recorded run, exactly. Returns the exit code. */
export async function replay(tokenOrFile: string, options: ReplayOptions, terminal: Terminal): Promise<number> {
  if (options.json === true) terminal.keepOutputClean();
  // Before a user's module is loaded, as in a campaign: what it captures at its top level must be the virtual ones.
  installVirtualGlobals();
  installGuards();
  const trace = options.trace === true ? new Trace() : null;
  const result = await runAgain(tokenOrFile, trace === null ? {} : { trace });
  if (options.json === true) {
    const { property, event, digest, matched, divergedBetween, ...more } = result;
    terminal.print(JSON.stringify({ property, event, digest, matched, divergedBetween, ...more, ...(trace === null ? {} : { trace: trace.lines() }) }));
  } else {
    if (trace !== null) for (const line of traceLines(trace.lines(), { colours: terminal.colours, marked: result.event })) terminal.print(line);
    terminal.print(replayReport(result, terminal.colours));
  }
  return result.property === null && result.matched !== false ? 0 : 1;
}
