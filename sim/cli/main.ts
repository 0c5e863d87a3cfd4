#!/usr/bin/env node
import { report, runCommand } from './run-command.js';
import { processTerminal } from './terminal.js';

/** As a shell reports a program that a closed pipe ended. */
const EXIT_CLOSED_PIPE = 141;

const args = process.argv.slice(2);
const terminal = processTerminal(process);

// `holdfast replay ... --trace | head` has seen enough: nothing to complain about.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(process.exitCode ?? EXIT_CLOSED_PIPE);
});
process.on('uncaughtException', (error) => process.exit(report(error, args, terminal)));

process.exitCode = await runCommand(args, terminal);
await terminal.flush();
// A module under test may have left a timer or a socket behind, which would keep the process.
process.exit();
