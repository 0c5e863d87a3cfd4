import { CommanderError } from 'commander';
import { commandLine } from '../report/command-line.js';
import { UserInputError } from '../user-input-error.js';
import { createProgram } from './program.js';
import type { Terminal } from './terminal.js';

export const EXIT_BAD_INPUT = 2;
/** `EX_SOFTWARE` of sysexits.h: not a finding, not bad input, but a bug of ours. */
export const EXIT_BUG = 70;

/** Runs the command of these arguments. Never throws: what goes wrong becomes one line on standard error and an exit code. */
export async function runCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode = 0;
  try {
    await createProgram(terminal, (code) => {
      exitCode = code;
    }).parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    return report(error, args, terminal);
  }
}

/** Says what went wrong, and returns the exit code for it. */
export function report(error: unknown, args: readonly string[], terminal: Terminal): number {
  // Help and version are "errors" to commander as well.
  if (error instanceof CommanderError && error.exitCode === 0) return 0;
  if (error instanceof CommanderError) return complain(fromCommander(error, args), EXIT_BAD_INPUT, terminal);
  if (error instanceof UserInputError) return complain(error.message, EXIT_BAD_INPUT, terminal);
  if (process.env['HOLDFAST_DEBUG'] === '1' && error instanceof Error) terminal.complain(error.stack ?? error.message);
  // An error that comes from another thread may carry its stack in its message.
  const [message] = (error instanceof Error ? error.message : String(error)).split(/\n\s+at /);
  return complain(`${message}: this is a bug in holdfast; run with HOLDFAST_DEBUG=1 for the stack`, EXIT_BUG, terminal);
}

function complain(message: string, exitCode: number, terminal: Terminal): number {
  terminal.complain(`holdfast: ${message.replace(/\s*\n\s*/g, ' ').trim()}`);
  return exitCode;
}

function fromCommander({ message }: CommanderError, [command]: readonly string[]): string {
  const help = command === undefined || command.startsWith('-') ? commandLine('--help') : commandLine(command, '--help');
  return `${message
    .replace(/^error: /, '')
    .replace(/\n/g, ' ')
    .replace(/\.$/, '')}; see ${help}`;
}
