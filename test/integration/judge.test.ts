import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { formatHistory } from '../../models/history-file.js';
import { HistoryBuilder } from '../support/history-builder.js';
import { runHoldfast } from '../support/run-holdfast.js';

/** A key-value store in which a put answers the old value, as somebody would write it who has only read the guide. */
const SWAPPING_STORE = `
import type { SequentialModel } from 'holdfast/models';

const model: SequentialModel<string | number | null> = {
  name: 'swapping-store',
  about: 'A put answers what was there before.',
  operations: ['get', 'put'],
  init: () => null,
  step(held, { operation, args, status, value }) {
    const isRight = status === 'unknown' || value.value === held;
    if (!isRight) return undefined;
    return operation === 'put' ? (args.value as string | number) : held;
  },
  describe: (held) => \`it holds \${held}\`,
};

export default model;
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-judge-'));
  const file = (name: string, text: string) => writeFile(join(folder, name), text);
  const history = new HistoryBuilder();
  history.operation('c1', 'put', 'k', [0, 1], { args: { value: 1 }, value: { value: null } });
  history.operation('c2', 'put', 'k', [2, 3], { args: { value: 2 }, value: { value: 1 } });
  await file('swaps.jsonl', formatHistory(history.build({})));
  history.operation('c1', 'get', 'k', [4, 5], { value: { value: 1 } });
  await file('stale.jsonl', formatHistory(history.build({})));
  await file('swapping-store.ts', SWAPPING_STORE);
  await file('no-model.ts', 'export default { name: "x" };');
  await file(
    'read.edn',
    '{:process 0, :type :invoke, :f :write, :value 3}\n{:process 0, :type :ok, :f :write, :value 3}\n{:process 1, :type :invoke, :f :read}\n',
  );
  await file('broken.edn', '{:process 0, :type :invoke, :f :write, :value 3}\n{:process 0, :type :ok');
  await file('broken.jsonl', '{"format":"holdfast-history","version":1,"params":{}}\n{"type":');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Names of files are those of the folder. */
const judge = (...args: readonly string[]) => runHoldfast(['judge', ...args.map((arg) => (/\.(edn|jsonl|ts)$/.test(arg) ? join(folder, arg) : arg))]);

test('a model of one’s own judges both ways, and the model is short', async () => {
  expect((await readFile(join(folder, 'swapping-store.ts'), 'utf8')).split('\n').length).toBeLessThan(50);
  const valid = await judge('--model', './swapping-store.ts', 'swaps.jsonl', '--json');
  expect(valid, valid.stderr).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(valid.stdout)).toEqual({
    model: 'swapping-store',
    verdict: 'valid',
    operations: 2,
    reason: 'one order of the operations explains every answer',
  });
  const invalid = await judge('--model', './swapping-store.ts', 'stale.jsonl', '--json');
  expect(invalid.code).toBe(1);
  expect(JSON.parse(invalid.stdout)).toMatchObject({ verdict: 'invalid', operations: 3 });
  expect(invalid.stdout).toMatch(/operation 2 .* then it holds 2/);
});

test('histories of Jepsen, in words', async () => {
  const { code, stdout } = await judge('--model', 'register', 'read.edn');
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'valid by the model register, 2 operations: one order of the operations explains every answer\n' });
});

test.each([
  [['read.edn'], 'say which model shall judge'],
  [['--model', 'regster', 'read.edn'], 'did you mean register'],
  [['--model', './no-model.ts', 'read.edn'], 'does not export a model'],
  [['--model', 'register', 'absent.edn'], 'absent.edn: give a history'],
  [['--model', 'register', 'broken.edn'], 'broken.edn: line 2: } is missing'],
  [['--model', 'register', 'broken.jsonl'], 'broken.jsonl: history line 2'],
  [['--model', 'semaphore', '--param', 'permits', 'read.edn'], '--param must be NAME=NUMBER'],
])('bad input is one line and exit code 2: %j', async (args, line) => {
  const { code, stdout, stderr } = await judge(...args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^holdfast: [^\n]*\n$/);
  expect(stderr).toContain(line);
});
