import { readFile } from 'node:fs/promises';
import { EdnError } from '../../models/judges/edn.js';
import { HistoryFileError } from '../../models/history-file.js';
import { type Judge, judges, linearizability } from '../../models/judges/all-judges.js';
import { ModelError } from '../../models/judges/judge.js';
import { readHistory } from '../../models/judges/read-history.js';
import { defineModel, type SequentialModel } from '../../models/judges/sequential-model.js';
import type { Verdict } from '../../models/judges/verdict.js';
import type { History } from '../../models/history.js';
import { looksLikePath } from '../explore/load-plugins.js';
import { loadModule } from '../load-module.js';
import { UserInputError } from '../user-input-error.js';
import { didYouMean } from './nearest.js';
import type { Terminal } from './terminal.js';

export interface JudgeCommandOptions {
  readonly model?: string;
  readonly param?: readonly string[];
  readonly json?: boolean;
}

/** `holdfast judge`: a history, judged by a model. Returns the exit code. */
export async function judgeHistory(file: string, options: JudgeCommandOptions, terminal: Terminal): Promise<number> {
  if (options.json === true) terminal.keepOutputClean();
  if (options.model === undefined)
    throw new UserInputError(`say which model shall judge: --model with one of ${[...judges.keys()].join(', ')}, or the path of a module`);
  const judge = await findJudge(options.model);
  const history = await read(file, paramsOf(options.param ?? []));
  const { model, verdict, operations, reason } = verdictOf(judge, history);
  if (options.json === true) terminal.print(JSON.stringify({ model, verdict, operations, reason }));
  else {
    const paint = verdict === 'valid' ? terminal.colours.green : verdict === 'invalid' ? terminal.colours.red : terminal.colours.yellow;
    terminal.print(`${terminal.colours.bold(paint(verdict))} by the model ${model}, ${operations} operations: ${reason}`);
  }
  return verdict === 'valid' ? 0 : 1;
}

async function findJudge(name: string): Promise<Judge> {
  const own = judges.get(name);
  if (own !== undefined) return own;
  if (!looksLikePath(name)) {
    const names = [...judges.keys()];
    throw new UserInputError(
      `there is no judge ${JSON.stringify(name)}${didYouMean(name, names)}; there is ${names.join(', ')}, or the path of a module (./my-model.ts)`,
    );
  }
  const module = await loadModule(name);
  try {
    return linearizability(defineModel(module.default as SequentialModel<unknown>));
  } catch (error) {
    throw new UserInputError(`${name} does not export a model: ${(error as Error).message}`);
  }
}

function paramsOf(texts: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    texts.map((text) => {
      const [, name = '', value = ''] = /^([A-Za-z]\w*)=(-?\d+(?:\.\d+)?)$/.exec(text) ?? [];
      if (name === '') throw new UserInputError(`--param must be NAME=NUMBER, for example stock=5, got ${JSON.stringify(text)}`);
      return [name, Number(value)];
    }),
  );
}

async function read(file: string, params: Readonly<Record<string, number>>): Promise<History> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const isAbsent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new UserInputError(
      isAbsent ? `there is no file ${file}: give a history, as JSON lines or as Jepsen's EDN` : `${file} cannot be read: ${(error as Error).message}`,
    );
  }
  try {
    return readHistory(text, params);
  } catch (error) {
    if (error instanceof HistoryFileError || error instanceof EdnError) throw new UserInputError(`${file}: ${error.message}`);
    throw error;
  }
}

function verdictOf(judge: Judge, history: History): Verdict {
  try {
    return judge.judge(history);
  } catch (error) {
    if (error instanceof ModelError) throw new UserInputError(error.message);
    throw error;
  }
}
