import type { OperationRecord } from '../../history.js';
import { grantedToken, leaseOf, shownToken, validUntil } from '../../history-fields.js';
import type { ConformanceModel, Guard } from './conformance-model.js';
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
  /** Sooner the next step cannot happen. */
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

const may = (record: OperationRecord): boolean => record.operation === 'release' || record.status === 'unknown';

const shows =
  (kind: VisibleEvent['kind'], operation: string) =>
  (event: VisibleEvent): boolean =>
    event.kind === kind && (event.kind === 'occurrence' ? event.record.occurrence === operation : event.record.operation === operation);

const request = (operation: string) => ({ name: `request of ${operation}`, shows: shows('request', operation), guards: [], effect: requested });

const reply = (operation: string) => ({
  name: `reply to ${operation}`,
  shows: shows('reply', operation),
  guards: [{ name: `the server had done it`, holds: hasHappened }],
  effect: (state: FencedLeaseState, { at }: VisibleEvent): FencedLeaseState => ({ ...state, now: at }),
});

const step = (
  name: Exclude<Work, null>,
  guards: readonly Guard<FencedLeaseState, OperationRecord>[],
  effect: (state: FencedLeaseState, record: OperationRecord) => FencedLeaseState,
) => ({
  name,
  subjects: ({ open }: FencedLeaseState) => open.filter((record) => workOf(record) === name),
  guards,
  effect: (state: FencedLeaseState, record: OperationRecord) => pruned(effect({ ...state, open: state.open.filter((other) => other !== record) }, record)),
});

const same = (state: FencedLeaseState): FencedLeaseState => state;

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
    ...['acquire', 'extend', 'release', 'write'].map(request),
    ...['acquire', 'extend', 'release', 'write'].map(reply),
    { name: 'loss', shows: shows('occurrence', 'lost'), guards: [], effect: (state, { record, at }) => overFor(state, at, ({ id }) => id === record.id) },
    {
      name: 'crash',
      shows: shows('occurrence', 'crash'),
      guards: [],
      effect: (state, { record, at }) => overFor(state, at, ({ process }) => process === record.process),
    },
  ],
  hidden: [
    step(
      'grant',
      [
        { name: 'nobody holds the lock', holds: ({ holder }) => holder === null },
        { name: 'its token is newer than all that were granted before', holds: ({ granted }, record) => (grantedToken(record) ?? granted + 1n) > granted },
      ],
      grant,
    ),
    step('renew', [{ name: 'its lease holds the lock', holds: ({ holder }, record) => holder?.lease.id === leaseOf(record) }], renew),
    step('free', [{ name: 'its lease holds the lock', holds: ({ holder }, record) => holder?.lease.id === leaseOf(record) }], (state) => ({
      ...state,
      holder: null,
    })),
    step('write', [{ name: 'the token that it shows is the holder’s', holds: showsHoldersToken }], same),
    step('turn away', [{ name: 'the token that it shows is not the holder’s', holds: (state, record) => !showsHoldersToken(state, record) }], same),
    step('accept', [{ name: 'no newer token was accepted', holds: ({ accepted }, record) => (shownToken(record) ?? -1n) >= accepted }], (state, record) => ({
      ...state,
      accepted: shownToken(record) ?? state.accepted,
    })),
    step('reject', [{ name: 'a newer token was accepted', holds: ({ accepted }, record) => (shownToken(record) ?? -1n) < accepted }], same),
    {
      name: 'end',
      subjects: ({ holder }) => (holder === null ? [] : [holder.lease]),
      guards: [
        { name: 'its holder believes in it no longer', holds: ({ holder }, _, by) => holder !== null && (holder.over || by >= holder.until) },
        { name: 'its ttl has passed on the server’s clock', holds: ({ holder }, _, by) => holder !== null && (holder.over || by >= holder.lasts) },
      ],
      effect: end,
    },
  ],
  keyOf({ holder, granted, accepted, open, now }) {
    const held = holder === null ? '' : `${holder.lease.id} ${holder.until} ${holder.lasts} ${holder.over}`;
    return `${held}|${granted}|${accepted}|${now}|${open.map(({ id }) => id).join(' ')}`;
  },
};

function requested(state: FencedLeaseState, event: VisibleEvent): FencedLeaseState {
  const { record, at } = event;
  const begun = record.type === 'operation' && workOf(record) !== null ? [...state.open, record] : state.open;
  return pruned({ ...state, now: at, open: begun });
}

function hasHappened({ open }: FencedLeaseState, { record }: VisibleEvent): boolean {
  return record.type !== 'operation' || may(record) || !open.includes(record);
}

function grant(state: FencedLeaseState, lease: OperationRecord): FencedLeaseState {
  const holder = { lease, until: validUntil(lease), lasts: state.now + serverTtl(lease, state.clock), over: false };
  return { ...state, holder, granted: grantedToken(lease) ?? state.granted };
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
    const lease = leaseOf(record);
    return holder?.lease.id === lease || state.open.some(({ id }) => id === lease);
  });
  return open.length === state.open.length ? state : { ...state, open };
}
