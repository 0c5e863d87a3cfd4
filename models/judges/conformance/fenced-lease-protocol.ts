import type { OccurrenceRecord, OperationRecord } from '../../history.js';
import { grantedToken, leaseOf, shownToken, validUntil } from '../../history-fields.js';
import { returnOf } from '../../operations.js';
import type { ConformanceModel, Guard, HiddenStep } from './conformance-model.js';
import type { VisibleEvent } from './visible-event.js';

/** The lease that the server knows of. */
interface Holder {
  /** Its acquire. */
  readonly lease: OperationRecord;
  /** When its holder stops to believe in it, by its own clock. */
  readonly until: number;
  /** Before this the server does not end it by itself: its ttl has not passed on the server's clock, however fast that runs. */
  readonly lasts: number;
  /** Its holder was told of its loss, or died. */
  readonly over: boolean;
}

export interface FencedLeaseState {
  readonly holder: Holder | null;
  /** The newest token that was granted, and the newest that an unguarded resource has accepted. */
  readonly granted: bigint;
  readonly accepted: bigint;
  /** What is under way to the server or at work there, in order of request: their effects have not happened. */
  readonly open: readonly OperationRecord[];
  /** What is next at the server cannot be sooner; nor can it be before its request. */
  readonly now: number;
  readonly clock: ServerClock;
}

/** How much sooner than its holder's true time the server may say that a lease is over. */
interface ServerClock {
  readonly driftPpm: number;
  readonly roundingMicroseconds: number;
}

/** As the locks' own envelopes have it, unless the run's params say otherwise. */
const DRIFT_PPM = 20_000;
const ROUNDING_MICROSECONDS = 2_000;

/** Each is one step at the server. Releases and unanswered writes may come to it late, or never. */
type Work = 'grant' | 'renew' | 'free' | 'write' | 'turn away' | 'accept' | 'reject' | null;

function workOf({ operation, status, args, value }: OperationRecord): Work {
  if (operation === 'acquire') return status === 'ok' ? 'grant' : null;
  if (operation === 'extend') return status === 'ok' ? 'renew' : null;
  if (operation === 'release') return 'free';
  if (operation !== 'write' || typeof args['token'] !== 'string') return null;
  const { reason } = value;
  if (args['guarded'] === true) return status === 'ok' ? 'write' : status === 'refused' && reason === 'not-holder' ? 'turn away' : null;
  if (status === 'refused') return reason === 'stale-token' ? 'reject' : null;
  return 'accept';
}

/** Whether the server may also never have done it. */
const may = (record: OperationRecord): boolean => record.operation === 'release' || record.status === 'unknown';

const occurs =
  (occurrence: OccurrenceRecord['occurrence']) =>
  ({ record }: VisibleEvent): boolean =>
    record.type === 'occurrence' && record.occurrence === occurrence;

interface StepParts {
  readonly name: Exclude<Work, null>;
  readonly guards: readonly Guard<FencedLeaseState, OperationRecord>[];
  readonly effect: (state: FencedLeaseState, record: OperationRecord) => FencedLeaseState;
}

const step = ({ name, guards, effect }: StepParts): HiddenStep<FencedLeaseState> => ({
  name,
  subjects: ({ open }) => open.filter((record) => workOf(record) === name),
  guards,
  effect: (state, record) => pruned(effect({ ...state, open: without(state.open, record) }, record)),
});

/** A step that changes nothing at the server. */
const glance = (name: StepParts['name'], guard: StepParts['guards'][number]): HiddenStep<FencedLeaseState> => ({
  ...step({ name, guards: [guard], effect: (state) => state }),
  eager: true,
});

const holdsLock: StepParts['guards'][number] = {
  name: 'its lease holds the lock',
  holds: ({ holder }, record) => holder !== null && isOf(record, holder.lease),
};

/**
 * A lease lock with fencing tokens, as its clients see it: `acquire`, `extend`, `release`, and two kinds of `write`. One that is
 * `guarded` goes to a register in the lock's own store, which asks for its present holder; any other that shows a token goes to
 * a resource that accepts nothing older than what it has accepted.
 *
 * Each operation is a request, an effect at the server, and a reply. Between requests and replies the server may `end` a lease:
 * when its holder believes in it no longer, and its ttl has passed on the server's own clock, which drifts by at most
 * `serverDriftPpm` (a param of the run; default 20,000). A lease whose holder died or was told of its loss may be ended at once:
 * some locks notice. An acquire that was not granted has no effect: whatever it left behind could only be in the way of others.
 */
export const fencedLeaseProtocol: ConformanceModel<FencedLeaseState> = {
  name: 'fenced-lease-protocol',
  about: 'Grants, extensions, releases and fenced writes each happen at the server between request and reply; it ends no lease that is believed in.',
  init: (params) => ({
    holder: null,
    granted: -1n,
    accepted: -1n,
    open: [],
    now: 0,
    clock: { driftPpm: params['serverDriftPpm'] ?? DRIFT_PPM, roundingMicroseconds: ROUNDING_MICROSECONDS },
  }),
  visible: [
    { name: 'request', shows: ({ kind, record }) => kind === 'request' && isKnown(record), guards: [], effect: requested, commutes: () => true },
    {
      name: 'reply',
      shows: ({ kind, record }) => kind === 'reply' && isKnown(record),
      guards: [{ name: 'the server had done what it says', holds: hasHappened }],
      effect: (state, event) => (isAwaited(event) ? { ...state, now: event.at } : state),
      commutes: (event) => !isAwaited(event),
    },
    { name: 'loss', shows: occurs('lost'), guards: [], effect: (state, { record, at }) => overFor(state, at, ({ id }) => id === record.id) },
    {
      name: 'crash',
      shows: occurs('crash'),
      guards: [],
      // A lease that was granted to a later life of the process outlives the crash.
      effect: (state, { record, at }) => overFor(state, at, (lease) => lease.process === record.process && returnOf(lease) <= at),
    },
  ],
  hidden: [
    step({
      name: 'grant',
      guards: [
        { name: 'nobody holds the lock', holds: ({ holder }) => holder === null },
        { name: 'its token is newer than all that were granted before', holds: ({ granted }, record) => (grantedToken(record) ?? granted + 1n) > granted },
      ],
      effect: grant,
    }),
    step({ name: 'renew', guards: [holdsLock], effect: renew }),
    step({ name: 'free', guards: [holdsLock], effect: free }),
    glance('write', { name: 'it shows the token of the holder', holds: showsHoldersToken }),
    glance('turn away', { name: 'it shows no token of the holder', holds: (state, record) => !showsHoldersToken(state, record) }),
    step({ name: 'accept', guards: [{ name: 'no newer token was accepted', holds: (state, record) => !isStale(state, record) }], effect: accept }),
    glance('reject', { name: 'a newer token was accepted', holds: isStale }),
    {
      name: 'end',
      subjects: ({ holder }) => (holder === null ? [] : [holder.lease]),
      guards: [
        { name: 'its holder believes in it no longer', holds: ({ holder }, _, by) => holder !== null && (holder.over || by >= holder.until) },
        { name: "its ttl has passed on the server's clock", holds: ({ holder }, _, by) => holder !== null && (holder.over || by >= holder.lasts) },
      ],
      effect: end,
    },
  ],
  keyOf({ holder, granted, accepted, open, now }) {
    const held = holder === null ? '' : `${holder.lease.id} ${holder.until} ${holder.lasts} ${holder.over}`;
    return `${held}|${granted}|${accepted}|${now}|${open.map(({ id }) => id).join(' ')}`;
  },
};

const isKnown = (record: VisibleEvent['record']): boolean =>
  record.type === 'operation' && ['acquire', 'extend', 'release', 'write'].includes(record.operation);

function requested(state: FencedLeaseState, event: VisibleEvent): FencedLeaseState {
  const { record } = event;
  return record.type === 'operation' && workOf(record) !== null ? pruned({ ...state, open: [...state.open, record] }) : state;
}

/** Whether the reply shows that the server has done something. */
function isAwaited({ record }: VisibleEvent): boolean {
  return record.type === 'operation' && workOf(record) !== null && !may(record);
}

function hasHappened({ open }: FencedLeaseState, event: VisibleEvent): boolean {
  return !isAwaited(event) || !open.some((record) => record === event.record);
}

function grant(state: FencedLeaseState, lease: OperationRecord): FencedLeaseState {
  const now = Math.max(state.now, lease.invoke);
  const holder = { lease, until: validUntil(lease), lasts: now + serverTtl(lease, state.clock), over: false };
  return { ...state, now, holder, granted: grantedToken(lease) ?? state.granted };
}

function free(state: FencedLeaseState, release: OperationRecord): FencedLeaseState {
  return { ...state, now: Math.max(state.now, release.invoke), holder: null };
}

function accept(state: FencedLeaseState, write: OperationRecord): FencedLeaseState {
  return { ...state, accepted: shownToken(write) ?? state.accepted };
}

function isStale({ accepted }: FencedLeaseState, write: OperationRecord): boolean {
  return (shownToken(write) ?? accepted) < accepted;
}

function renew(state: FencedLeaseState, extension: OperationRecord): FencedLeaseState {
  const { holder } = state;
  return holder === null ? state : { ...state, holder: { ...holder, until: Math.max(holder.until, validUntil(extension)) } };
}

function end(state: FencedLeaseState): FencedLeaseState {
  const { holder, now } = state;
  if (holder === null) return state;
  return pruned({ ...state, holder: null, now: holder.over ? now : Math.max(now, holder.until, holder.lasts) });
}

function overFor(state: FencedLeaseState, at: number, isOver: (lease: OperationRecord) => boolean): FencedLeaseState {
  const { holder } = state;
  return { ...state, now: at, holder: holder !== null && isOver(holder.lease) ? { ...holder, over: true } : holder };
}

/** Whether an extension or a release is of this lease; where it does not say, of any of its process's. */
function isOf(record: OperationRecord, lease: OperationRecord): boolean {
  const id = leaseOf(record);
  return id === null ? record.process === lease.process : id === lease.id;
}

/** The least true time that passes while the server's clock counts the ttl of a lease. */
function serverTtl({ args: { ttlMs } }: OperationRecord, { driftPpm, roundingMicroseconds }: ServerClock): number {
  return typeof ttlMs === 'number' ? (ttlMs * 1000) / (1 + driftPpm / 1_000_000) - roundingMicroseconds : 0;
}

function showsHoldersToken({ holder }: FencedLeaseState, write: OperationRecord): boolean {
  return holder !== null && grantedToken(holder.lease) === shownToken(write);
}

/** Without what may never happen and would change nothing: it would only make more states of one. */
function pruned(state: FencedLeaseState): FencedLeaseState {
  const { holder, accepted } = state;
  const open = state.open.filter((record) => {
    if (!may(record)) return true;
    if (workOf(record) === 'accept') return (shownToken(record) ?? accepted) > accepted;
    return (holder !== null && isOf(record, holder.lease)) || state.open.some((other) => other.operation === 'acquire' && isOf(record, other));
  });
  return open.length === state.open.length ? state : { ...state, open };
}

const without = (records: readonly OperationRecord[], one: OperationRecord): readonly OperationRecord[] => records.filter((record) => record !== one);
