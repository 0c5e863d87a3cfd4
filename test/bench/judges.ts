import { judge } from '../../models/judges/judge.js';
import type { SequentialModel } from '../../models/judges/sequential-model.js';
import { inventory } from '../../models/judges/specifications/inventory.js';
import { keyValue } from '../../models/judges/specifications/key-value.js';
import { lock } from '../../models/judges/specifications/lock.js';
import { register } from '../../models/judges/specifications/register.js';
import type { History } from '../../models/history.js';
import { concurrentHistory, ledgerHistory, lockHistory, registerEffect, uniqueRegisterEffect, withWrongRead } from '../support/concurrent-history.js';
import type { Bench, Contender } from './bench.js';
import { cpuTimeOf } from './cpu-time.js';

const SIZE = { operations: 10_000, clients: 10, keys: 20, params: {} };
const LOSSES = 30;

function contender<State>(name: string, model: SequentialModel<State>, expected: 'valid' | 'invalid', historyOf: (seed: number) => History): Contender {
  let seed = 1;
  return {
    name,
    async round() {
      const history = historyOf(seed++);
      const { cpuMs, value } = await cpuTimeOf(async () => judge(history, model));
      if (value.verdict !== expected) throw new Error(`${name}, seed ${seed - 1}: ${value.verdict}, ${value.reason}`);
      return [{ measure: '10,000 operations of 10 clients over 20 keys', unit: 'CPU ms', value: cpuMs }];
    },
  };
}

export async function judgesBench(): Promise<Bench> {
  const registers = (unknownPercent: number) => (seed: number) => concurrentHistory({ ...SIZE, unknownPercent, seed }, null, registerEffect);
  const unique = (unknownPercent: number) => (seed: number) => concurrentHistory({ ...SIZE, unknownPercent, seed }, null, uniqueRegisterEffect);
  const wrong = (historyOf: (seed: number) => History) => (seed: number) => withWrongRead(historyOf(seed), 5);
  return {
    about: 'Histories judged whole. Floor: a second each; ten with three operations in ten unanswered.',
    base: 'registers, few values and cas',
    contenders: [
      contender('registers, few values and cas', register, 'valid', registers(0)),
      contender('registers, few values and cas, wrong', register, 'invalid', wrong(registers(0))),
      contender('registers, few values and cas, 30 % unknown', register, 'valid', registers(LOSSES)),
      contender('registers, few values and cas, 30 % unknown, wrong', register, 'invalid', wrong(registers(LOSSES))),
      contender('key-value store, values written once, 30 % unknown', keyValue, 'valid', unique(LOSSES)),
      contender('locks with tokens, 30 % unknown', lock, 'valid', (seed) => lockHistory({ ...SIZE, unknownPercent: LOSSES, seed })),
      contender('one ledger, 30 % unknown', inventory, 'valid', (seed) => ledgerHistory({ ...SIZE, keys: 1, unknownPercent: LOSSES, seed })),
    ],
  };
}
