/**
 * A client of a chaos run: a real process that does operations of a workload, one after the other, until it is told to
 * stop or is killed.
 */
import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientContext } from '../define-workload.js';
import { loadPlugins } from '../explore/load-plugins.js';
import { Draws } from '../kernel/draws.js';
import { recordedLock } from '../recorded-lock.js';
import { thrownMessage } from '../recorder.js';
import { UserInputError } from '../user-input-error.js';
import { realContext } from './chaos-context.js';
import { chaosOperation } from './chaos-params.js';
import { HostClock } from './host-clock.js';
import { formatRecordLine, lineRecorder, type RecordLine } from './record-line.js';
import { RECORDS_FD, type WorkerCommand, type WorkerOrder, type WorkerReport } from './worker-order.js';

const order = JSON.parse(process.argv[2] ?? '') as WorkerOrder;
const clock = new HostClock(BigInt(order.clockOrigin));

/** Out of this process, and in the kernel's hands, when it returns. */
const write = (line: RecordLine): void => void writeSync(RECORDS_FD, formatRecordLine(line));

const report = (message: WorkerReport): Promise<void> => new Promise((resolve) => process.send?.(message, () => resolve()));

let operationsLeft = Infinity;
const begin = new Promise<void>((resolve) => {
  process.on('message', (command: WorkerCommand) => {
    if (command === 'begin') resolve();
    else operationsLeft = 1;
  });
});
// Without a parent there is nobody to tell anything.
process.on('disconnect', () => process.exit(1));
process.on('uncaughtException', fail);

try {
  await work();
} catch (error) {
  if (!(error instanceof UserInputError)) fail(error);
  await report({ kind: 'bad-input', message: error.message });
}
process.exit(0);

function fail(error: unknown): never {
  write({ type: 'failed', at: clock.now(), message: thrownMessage(error) });
  process.exit(1);
}

async function work(): Promise<void> {
  const { workload, lock: lockDefinition } = await loadPlugins(order.workload, order.lock);
  const recorder = lineRecorder(clock, write);
  const context = await realContext({ workload: workload.name, lockDefinition, ports: order.ports, params: order.params, recorder });
  const lock = recordedLock(createLock(), recorder);
  const draws = new Draws(order.seed).stream(`${order.client}/${order.life}`);
  await report({ kind: 'ready' });
  await begin;
  for (let count = 1; operationsLeft > 0; count += 1) {
    // An operation that waits for nothing would else never let this process hear its parent, or its timers.
    await sleep(1);
    operationsLeft -= 1;
    const operationId = `${order.client}.${order.life}.${count}`;
    const client: ClientContext = { ...context, process: order.client, operationId, lock };
    try {
      await workload.client(client, chaosOperation(workload, draws));
    } catch (error) {
      if (error instanceof UserInputError) throw error;
      recorder.complete(recorder.invoke('client', '', {}), { status: 'unknown', value: { thrown: thrownMessage(error) } });
    }
  }
  context.close();

  function createLock() {
    try {
      return lockDefinition.create({ ...context, process: order.client });
    } catch (error) {
      throw new UserInputError(`lock ${lockDefinition.name}: create threw ${thrownMessage(error)}`);
    }
  }
}
