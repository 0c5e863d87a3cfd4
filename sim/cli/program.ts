import { createRequire } from 'node:module';
import { Command } from 'commander';
import { judges } from '../../models/judges/all-judges.js';
import { faultKinds } from '../nemesis/faults.js';
import { commandLine } from '../report/command-line.js';
import { UserInputError } from '../user-input-error.js';
import { DEFAULT_LOCK, DEFAULT_SEEDS, DEFAULT_WORKLOAD, lockNames, MOST_WORKERS, type SimOptions, SCENARIO_DIRECTORY, workloadNames } from './campaign-spec.js';
import type { ChaosOptions } from './chaos-spec.js';
import type { ModelsOptions } from './models.js';
import type { JudgeCommandOptions } from './judge.js';
import { didYouMean } from './nearest.js';
import type { ReplayOptions } from './replay.js';
import type { ServeOptions } from './serve.js';
import type { Terminal } from './terminal.js';
import type { SchemaOptions } from './schema.js';
import { schemaStores, servers } from './values.js';

const ABOUT = `Distributed locks and oversell-proof stock, attacked in a deterministic simulator and on real servers.
Without a command: ours and the known-broken locks in one table, about 20 s.`;

const EXIT_CODES = `
Exit codes: 0 held, 1 violated (or a budget ended a run, or the campaign was vacuous), 2 bad input, 70 a bug in holdfast.
`;

/**
 * The command line as data. Each action hands its exit code to `finish`. The commands themselves are loaded when they are
 * called: help and complaints must not wait for a simulator.
 */
export function createProgram(terminal: Terminal, finish: (exitCode: number) => void): Command {
  const program = new Command('holdfast')
    .description(ABOUT)
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.print(text.trimEnd()), writeErr: () => undefined })
    // What is left over is looked at below: a word that is no command deserves another answer than "too many arguments".
    .allowExcessArguments()
    .helpCommand('help [command]', 'print the help of a command')
    .usage('[command] [options]');

  program.action(async () => {
    const [word] = program.args;
    if (word !== undefined) throw unknownCommand(word, program);
    finish(await (await import('./main-job.js')).mainJob(terminal));
  });

  program
    .command('sim')
    .description('run one workload over one lock with many seeds, and shrink what breaks')
    .option('--workload <name|file>', `one of ${workloadNames().join(', ')}, or a module (default: ${DEFAULT_WORKLOAD})`)
    .option('--lock <name|file>', `one of ${lockNames().join(', ')}, or a module (default: ${DEFAULT_LOCK})`)
    .option('--seeds <count>', `how many seeds (default: ${DEFAULT_SEEDS})`)
    .option('--time <seconds>', 'go on for so long, instead of a number of seeds')
    .option('--seed <number>', 'the first seed (default: 1)')
    .option('--faults <list>', `all: inside the lock's envelope; none; or some of ${faultKinds.join(', ')} (default: all)`)
    .option('--workers <count>', `threads, 1 to ${MOST_WORKERS} (default: the number of cores, at most 8)`)
    .option('--shard <i/n>', 'run only every n-th seed, from the i-th')
    .option('--json', 'print the result as one JSON object')
    .allowExcessArguments(false)
    .addHelpText(
      'after',
      examples([
        [['sim'], 'our lock, 200 seeds, every fault of its envelope'],
        [['sim', '--lock', 'no-fence', '--seeds', '500'], 'a known-broken lock'],
        [['sim', '--faults', 'clock-step', '--workload', 'lock'], 'one notch outside the envelope'],
        [['sim', '--lock', './my-lock.ts', '--json'], 'a lock of your own, for a program'],
        [['sim', '--time', '600', '--seed', '1000000'], 'ten minutes of other seeds'],
      ]) +
        `\nFailing scenarios are written to ${SCENARIO_DIRECTORY}/.\n` +
        EXIT_CODES,
    )
    .action(async (options: SimOptions & { json?: boolean }) => finish(await (await import('./sim.js')).sim(options, terminal)));

  program
    .command('replay')
    .description('run one recorded scenario again, exactly')
    .argument('<token|file>', `a replay token, or a scenario file from ${SCENARIO_DIRECTORY}/`)
    .option('--trace', 'print every step of the run')
    .option('--json', 'print the result as one JSON object (with --trace, the trace is its key "trace")')
    .allowExcessArguments(false)
    .addHelpText('after', examples([[['replay', `${SCENARIO_DIRECTORY}/a-failing-scenario.json`, '--trace'], 'look at a failure, step by step']]) + EXIT_CODES)
    .action(async (what: string, options: ReplayOptions) => finish(await (await import('./replay.js')).replay(what, options, terminal)));

  program
    .command('chaos')
    .description('the same workloads in real processes, on real servers, with real faults')
    .option('--backend <list>', 'the back ends, separated by commas: redis, postgres')
    .option('--lock <name|file>', "as in sim (default: the first back end's first lock)")
    .option('--workload <name|file>', `as in sim (default: ${DEFAULT_WORKLOAD})`)
    .option('--time <seconds>', 'how long (default: 60)')
    .option('--stock <units>', 'how many units there are to sell (default: more than can be sold)')
    .option('--no-pooler', 'clients connect to PostgreSQL directly, not through pgbouncer in transaction mode')
    .option('--json', 'print the result as one JSON object')
    .allowExcessArguments(false)
    .addHelpText(
      'after',
      examples([
        [['chaos', '--backend', 'redis'], 'our lock on a real redis-server'],
        [['chaos', '--backend', 'postgres', '--lock', 'postgres-lease'], 'on a real PostgreSQL, behind pgbouncer'],
        [['chaos', '--backend', 'redis', '--lock', 'article-redis', '--time', '20'], 'a known-broken one'],
      ]) + EXIT_CODES,
    )
    .action(async (options: ChaosOptions & { json?: boolean }) => finish(await (await import('./chaos.js')).chaos(options, terminal)));

  program
    .command('serve')
    .description('a simulated server on a real socket of this machine, by its clock, for any client or test suite')
    .argument('<server>', servers.join(', '))
    .option('--port <number>', 'where it listens on 127.0.0.1; 0: any port that is free (default: 6379 for redis, 5432 for postgres)')
    .allowExcessArguments(false)
    .addHelpText(
      'after',
      examples([
        [['serve', 'redis', '--port', '7000'], 'a simulated Redis, in memory, until Ctrl-C'],
        [['serve', 'postgres', '--port', '0'], 'a simulated PostgreSQL; it prints the URL for psql and other clients'],
      ]) + EXIT_CODES,
    )
    .action(async (what: string, options: ServeOptions) => finish(await (await import('./serve.js')).serve(what, options, terminal)));

  program
    .command('schema')
    .description('print the statements that make our tables')
    .argument('<store>', schemaStores.join(', '))
    .option('--prefix <name>', 'goes before the names of the tables, maybe after a schema: shop.holdfast (default: holdfast)')
    .allowExcessArguments(false)
    .addHelpText(
      'after',
      examples([
        [['schema', 'postgres'], 'for psql, or a migration of your own'],
        [['schema', 'postgres', '--prefix', 'shop.locks'], 'in the schema shop, which must be there'],
      ]) + '\nExit codes: 0 printed, 2 bad input, 70 a bug in holdfast.\n',
    )
    .action(async (store: string, options: SchemaOptions) => finish((await import('./schema.js')).schema(store, options, terminal)));

  program
    .command('models')
    .description('check the formal models: every state that can be reached, every property')
    .argument('[name|file]', 'a model of ours, or a module; without it, all nine with their documented parameters')
    .option('--param <K=V...>', "parameters, in any case (default: the model's documented rows)")
    .option('--workers <count>', 'threads (default: 1)')
    .option('--states <count>', 'give up after so many states (default: 100000000)')
    .option('--tla', 'print the model as TLA+ instead, for TLC')
    .option('--json', 'print the results as one JSON array')
    .allowExcessArguments(false)
    .addHelpText(
      'after',
      examples([
        [['models'], 'all nine, as documented'],
        [['models', 'fenced-lease-lock', '--param', 'C=3', 'TTL=3', 'K=6', '--workers', '2'], 'a larger one, on two threads'],
        [['models', 'lease-lock', '--param', 'PAUSES=false', '--tla'], 'the same model in TLA+'],
        [['models', './my-model.ts', '--json'], 'a model of your own, for a program'],
      ]) + '\nExit codes: 0 all as documented (with --param or a file: all properties hold), 1 not so, 2 bad input, 70 a bug in holdfast.\n',
    )
    .action(async (name: string | undefined, options: ModelsOptions) => finish(await (await import('./models.js')).models(name, options, terminal)));

  program
    .command('judge')
    .description("judge a history of anybody's: in JSON lines, or in Jepsen's EDN")
    .argument('<history>', 'the file')
    .option('--model <name|file>', `one of ${[...judges.keys()].join(', ')}, or a module`)
    .option(
      '--param <name=number>',
      'what the history does not say (stock=5, permits=3...); may be given again',
      (text: string, before: string[]) => [...before, text],
      [],
    )
    .option('--json', 'print { model, verdict, operations, reason } as one JSON object')
    .allowExcessArguments(false)
    .addHelpText(
      'after',
      examples([
        [['judge', '--model', 'register', 'history.edn'], 'is what Jepsen saw linearizable?'],
        [['judge', '--model', './my-model.ts', 'history.jsonl', '--json'], 'by a model of your own, for a program'],
      ]) + '\nExit codes: 0 valid, 1 invalid or undecided, 2 bad input, 70 a bug in holdfast.\n',
    )
    .action(async (file: string, options: JudgeCommandOptions) => finish(await (await import('./judge.js')).judgeHistory(file, options, terminal)));

  return program.addHelpText(
    'after',
    examples([
      [[], 'the main job'],
      [['sim', '--help'], 'the options of a command'],
    ]) + EXIT_CODES,
  );
}

function unknownCommand(word: string, program: Command): UserInputError {
  const names = program.commands.map((command) => command.name());
  return new UserInputError(`there is no command ${JSON.stringify(word)}${didYouMean(word, names)}; there is ${names.join(', ')}, or none for the main job`);
}

function examples(lines: readonly (readonly [args: readonly string[], what: string])[]): string {
  return `\nExamples:\n${lines.map(([args, what]) => `  ${commandLine(...args)}\n      ${what}\n`).join('')}`;
}

function version(): string {
  const { version: own } = createRequire(import.meta.url)('holdfast/package.json') as { version: string };
  return own;
}
