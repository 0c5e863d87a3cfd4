import { milliseconds } from 'holdfast';
import { PostgresGuardedRegister } from 'holdfast/postgres';
import { GuardedRegister } from 'holdfast/redis';
import { defineWorkload, makePostgresTables, type ClientContext, type LeaseUnderTest, type Operation, type RecordedOutcome } from 'holdfast/sim';
import { isInPostgres } from './shop.js';
import { holderCrashed, ifLeasesHave, occurred, refusedFor, someOperation, waitedForRelease } from './reached.js';

/** The lock, and the register that belongs to it. */
const KEY = 'item';
/** How long an impatient client waits for a holder. */
const IMPATIENT_MS = 50;
/** One client in so many is impatient. */
const IMPATIENT_ONE_IN = 4;

/** Clients take turns on one key; each holds it for a while, sometimes longer than its ttl, and writes the register. */
export default defineWorkload({
  name: 'lock',
  tests: 'The lock itself, and a register in its own store that accepts its present owner only.',
  params: { clients: { min: 2, max: 5 }, operations: { min: 1, max: 8 }, ttlMs: { min: 200, max: 1000 } },
  operation: {
    holdMs: { min: 0, max: 400 },
    extend: { min: 0, max: 1 },
    impatience: { min: 0, max: IMPATIENT_ONE_IN - 1 },
  },
  keeps: ['register'],
  async setup(context) {
    if (isInPostgres(context)) await makePostgresTables(context.postgres);
  },
  async client(context, operation) {
    const lease = await acquire(context, operation);
    if (lease === null) return;
    const work = holdAndWrite(context, lease, operation);
    // Who hears that the lease is lost begins anew at once. What was begun still runs to its end, and gives back late.
    const secondTry = lostBefore(work, lease).then(async (lost) => {
      const next = lost ? await acquire(context, operation) : null;
      if (next !== null) await holdAndWrite(context, next, operation);
    });
    await Promise.all([work, secondTry]);
  },
  check: [
    'mutual-exclusion',
    'lease-ends',
    'fencing-monotone',
    'no-stale-write',
    'deadlock-freedom',
    'no-unexpected-error',
    'linearizable-lock',
    'follows-protocol',
  ],
  model: 'fenced-lease-lock',
  sometimes: {
    'waited for another holder': { faults: [], withinSeeds: 20, reached: waitedForRelease },
    'gave up waiting': {
      faults: [],
      withinSeeds: 50,
      reached: (history) => someOperation(history, (record) => record.operation === 'acquire' && record.status === 'refused'),
    },
    'a lease was extended': { faults: [], withinSeeds: 20, reached: (history) => someOperation(history, (record) => extended.has(record.args['extension'])) },
    'a lease was lost': { faults: [], withinSeeds: 100, reached: ifLeasesHave('signal', occurred('lost')) },
    'a former owner was refused a write': {
      faults: [],
      withinSeeds: 100,
      reached: ifLeasesHave('token', refusedFor('write', 'not-holder')),
    },
    'a holder crashed': { faults: ['crash'], withinSeeds: 100, reached: holderCrashed },
  },
});

async function acquire(context: ClientContext, operation: Operation): Promise<LeaseUnderTest | null> {
  const impatient = operation['impatience'] === IMPATIENT_ONE_IN - 1;
  const answer = await context.lock.acquire(KEY, { ttlMs: context.params['ttlMs'] ?? 1000, ...(impatient ? { waitMs: IMPATIENT_MS } : {}) });
  return answer.status === 'granted' ? answer.lease : null;
}

/** Nobody looks at the signal here: the register must refuse what comes too late. */
async function holdAndWrite(context: ClientContext, lease: LeaseUnderTest, { holdMs = 0, extend }: Operation): Promise<void> {
  try {
    await context.sleep(holdMs / 2);
    const extension = extend === 1 ? ((await lease.extend?.())?.status ?? 'not offered') : 'not asked';
    await context.sleep(holdMs / 2);
    const args = { token: lease.token?.toString() ?? null, value: context.operationId, guarded: canBeGuarded(lease), extension };
    await context.record('write', KEY, args, () => write(context, lease));
  } finally {
    await lease.release();
  }
}

const extended: ReadonlySet<unknown> = new Set(['extended', 'not offered']);

const canBeGuarded = (lease: LeaseUnderTest): lease is LeaseUnderTest & Required<Pick<LeaseUnderTest, 'owner' | 'token'>> =>
  lease.owner !== undefined && lease.token !== undefined;

const PLAIN_WRITE = {
  name: 'plain-write',
  sql: `INSERT INTO holdfast_registers AS register VALUES ($1, $2, 1)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value, sequence = register.sequence + 1`,
};

/** Guarded where the lease has something to compare, else plain. */
async function write(context: ClientContext, lease: LeaseUnderTest): Promise<RecordedOutcome> {
  if (!canBeGuarded(lease)) {
    const timeout = milliseconds(100);
    const plain = isInPostgres(context)
      ? context.postgres.query(PLAIN_WRITE, [KEY, context.operationId], { timeout })
      : context.redis.command(['SET', `${KEY}:register`, context.operationId], { timeout });
    return { status: (await plain).status };
  }
  const register = isInPostgres(context) ? new PostgresGuardedRegister(context) : new GuardedRegister(context);
  const answer = await register.write({ key: KEY, owner: lease.owner, token: lease.token }, context.operationId);
  if (answer.status === 'accepted') return { status: 'ok', value: { sequence: answer.sequence } };
  return answer.status === 'refused' ? { status: 'refused', value: { reason: answer.reason } } : { status: 'unknown' };
}

function lostBefore(work: Promise<void>, { signal }: LeaseUnderTest): Promise<boolean> {
  return new Promise((resolve) => {
    const over = (lost: boolean) => () => resolve(lost);
    if (signal?.aborted === true) resolve(true);
    signal?.addEventListener('abort', over(true));
    work.then(over(false), over(false));
  });
}
