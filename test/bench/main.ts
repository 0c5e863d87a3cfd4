import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError } from 'commander';
import type { Bench } from './bench.js';
import { measure } from './measure.js';
import { printable, type Report, thisMachine } from './report.js';

/** The benches. Each loads what it measures only when it is its turn. */
const benches: Readonly<Record<string, () => Promise<Bench>>> = {
  kernel: async () => (await import('./kernel.js')).kernelBench(),
  scheduler: async () => (await import('./scheduler.js')).schedulerBench(),
  evals: async () => (await import('./evals.js')).evalsBench(),
  scenarios: async () => (await import('./scenarios.js')).scenariosBench(),
  redlock: async () => (await import('./redlock.js')).redlockBench(),
  'postgres-engine': async () => (await import('./postgres-engine.js')).postgresEngineBench(),
  judges: async () => (await import('./judges.js')).judgesBench(),
  specimens: async () => (await import('./specimens.js')).specimensBench(),
  models: async () => (await import('./models.js')).modelsBench(),
  'hot-row': async () => (await import('./hot-row.js')).hotRowBench(),
};

const BAD_INPUT = 2;

class BadInput extends Error {}

async function main(): Promise<void> {
  const command = new Command('bench')
    .description('Measures how fast things are: contenders in alternating rounds; the simulator by processor time, real servers by time on the wall.')
    .argument('[name]', `one of ${Object.keys(benches).join(', ')}; all of them when absent`)
    .option('--json', 'print { name, machine, rows } of the bench, or an array of them, instead of tables')
    .exitOverride()
    .configureOutput({ outputError: () => undefined });
  command.parse();
  const name = command.processedArgs[0] as string | undefined;
  const json = command.opts<{ json?: true }>().json === true;
  if (name === undefined) await runAll(json);
  else await runOne(name, json);
}

async function runOne(name: string, json: boolean): Promise<void> {
  const open = Object.hasOwn(benches, name) ? benches[name] : undefined;
  if (open === undefined) throw new BadInput(`there is no bench ${JSON.stringify(name)}: give one of ${Object.keys(benches).join(', ')}, or none for all`);
  const bench = await open();
  try {
    const report: Report = { name, machine: thisMachine(), rows: await measure(bench) };
    console.log(json ? JSON.stringify(report) : printable(report, bench));
  } finally {
    await bench.close?.();
  }
}

/** One after the other, each in a process of its own: none inherits another's heap or what the compiler learned from it. */
async function runAll(json: boolean): Promise<void> {
  const reports: Report[] = [];
  for (const name of Object.keys(benches)) {
    const output = await outputOf(name, json);
    if (json) reports.push(JSON.parse(output) as Report);
    else console.log(output);
  }
  if (json) console.log(JSON.stringify(reports));
}

function outputOf(name: string, json: boolean): Promise<string> {
  const child = fork(fileURLToPath(import.meta.url), json ? [name, '--json'] : [name], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(output) : reject(new Error(`bench ${name} ended with code ${code}`))));
  });
}

try {
  await main();
} catch (error) {
  if (error instanceof CommanderError && error.exitCode === 0) process.exitCode = 0;
  else if (error instanceof CommanderError || error instanceof BadInput) {
    console.error(error.message.replace(/^error: /, 'bench: '));
    process.exitCode = BAD_INPUT;
  } else throw error;
}
