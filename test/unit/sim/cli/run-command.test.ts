import pico from 'picocolors';
import { expect, test } from 'vitest';
import { EXIT_BUG, report, runCommand } from '../../../../sim/cli/run-command.js';
import type { Terminal } from '../../../../sim/cli/terminal.js';

function fakeTerminal(): Terminal & { readonly printed: string[]; readonly complaints: string[] } {
  const printed: string[] = [];
  const complaints: string[] = [];
  return {
    printed,
    complaints,
    colours: pico.createColors(false),
    columns: 80,
    progress: process.stderr,
    print: (text) => void printed.push(text),
    complain: (line) => void complaints.push(line),
    keepOutputClean: () => undefined,
    flush: async () => undefined,
  };
}

test.each([
  [['smi'], /^holdfast: there is no command "smi" \(did you mean sim\?\); there is sim, replay, chaos, serve, .*, or none for the main job$/],
  [['--jsn'], /^holdfast: unknown option '--jsn'.*; see .* --help$/],
  [['sim', '--sed', '1'], /^holdfast: unknown option '--sed' \(Did you mean --seed\?\); see .* sim --help$/],
  [['sim', '--seed'], /^holdfast: option '--seed <number>' argument missing; see .* sim --help$/],
  [['sim', 'redis'], /^holdfast: too many arguments for 'sim'. Expected 0 arguments but got 1; see/],
  [['sim', '--lock', 'redsi'], /^holdfast: there is no lock "redsi"/],
  [['sim', '--lock', './nowhere.ts'], /^holdfast: there is no file \.\/nowhere\.ts/],
  [['sim', '--shard', '5/4'], /^holdfast: --shard 5\/4 is out of range/],
  [['replay', 'hf1.0badc0de.AAAA'], /^holdfast: the replay token is damaged/],
  [['replay', 'nowhere.json'], /^holdfast: cannot read nowhere\.json: there is no such file/],
  [['chaos'], /^holdfast: chaos needs --backend/],
  [['chaos', '--backend', 'rediss'], /^holdfast: there is no back end "rediss"/],
  [['replay'], /^holdfast: missing required argument 'token\|file'; see .* replay --help$/],
  [['serve'], /^holdfast: missing required argument 'server'; see .* serve --help$/],
  [['serve', 'redsi'], /^holdfast: there is no server "redsi" \(did you mean redis\?\); there is redis, postgres$/],
  [['serve', 'redis', '--port', '65536'], /^holdfast: --port must be a whole number from 0 to 65535, got "65536"$/],
  [['serve', 'redis', '--port', 'x'], /^holdfast: --port must be a whole number/],
  [['serve', 'redis', 'memcached'], /^holdfast: too many arguments for 'serve'/],
  [['replay', 'a', 'b'], /^holdfast: too many arguments for 'replay'/],
  [['models', 'lease-lok'], /^holdfast: there is no model "lease-lok" \(did you mean lease-lock/],
  [['models', 'lease-lock', '--param', 'C=x'], /^holdfast: C of lease-lock is a whole number from 1 to 16, got "x"$/],
  [['models', 'lease-lock', '--param', 'C='], /^holdfast: --param takes NAME=VALUE, for example C=3, got "C="$/],
  [['models', '--param', 'C=2'], /^holdfast: --param needs to know of which model: give its name, one of lease-lock/],
  [['models', 'lease-lock', '--workers', '0'], /^holdfast: --workers must be a whole number from 1/],
  [['models', '--tla'], /^holdfast: --tla needs to know which model/],
])('%j is one line on standard error and exit code 2', async (args, message) => {
  const terminal = fakeTerminal();
  expect(await runCommand(args, terminal)).toBe(2);
  expect(terminal.printed).toEqual([]);
  expect(terminal.complaints).toEqual([expect.stringMatching(message)]);
  expect(terminal.complaints[0]).not.toContain('\n');
});

test.each([[['--help']], [['sim', '--help']], [['replay', '-h']], [['chaos', '--help']], [['serve', '--help']], [['help', 'sim']]])(
  '%j prints help with examples',
  async (args) => {
    const terminal = fakeTerminal();
    expect(await runCommand(args, terminal)).toBe(0);
    expect(terminal.complaints).toEqual([]);
    expect(terminal.printed.join('\n')).toMatch(/Usage: holdfast[^]*Examples:[^]*Exit codes: 0 held/);
  },
);

test('--version prints the version', async () => {
  const terminal = fakeTerminal();
  expect(await runCommand(['--version'], terminal)).toBe(0);
  expect(terminal.printed).toEqual([expect.stringMatching(/^\d+\.\d+\.\d+$/)]);
});

test('an error of ours is one line that says so', () => {
  const terminal = fakeTerminal();
  expect(report(new Error('lost\n  my way\n    at home (home.ts:1:1)\n    at all'), ['sim'], terminal)).toBe(EXIT_BUG);
  expect(terminal.complaints).toEqual(['holdfast: lost my way: this is a bug in holdfast; run with HOLDFAST_DEBUG=1 for the stack']);
});
