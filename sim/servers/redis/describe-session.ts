import type { RedisSession } from './redis-session.js';

const MS_A_SECOND = 1000;

/** One line of CLIENT LIST. What only a real process has, such as buffers, is 0. */
export function describeSession(session: RedisSession): string {
  const { nowMs } = session.engine;
  const seconds = (since: number): number => Math.max(0, Math.floor((nowMs - since) / MS_A_SECOND));
  const fields: Readonly<Record<string, string | number>> = {
    id: session.id,
    addr: session.address,
    laddr: session.localAddress,
    fd: session.id + FIRST_DESCRIPTOR,
    name: session.name,
    age: seconds(session.openedMs),
    idle: seconds(session.lastUsedMs),
    flags: flagsOf(session),
    db: session.db.index,
    sub: session.channels.size,
    psub: session.patterns.size,
    ssub: 0,
    multi: session.transaction === undefined ? -1 : session.transaction.queue.length,
    qbuf: 0,
    'qbuf-free': 0,
    'argv-mem': 0,
    'multi-mem': 0,
    rbs: 0,
    rbp: 0,
    obl: 0,
    oll: 0,
    omem: 0,
    'tot-mem': 0,
    events: 'r',
    cmd: session.lastCommand,
    user: 'default',
    redir: -1,
    resp: session.protocol,
  };
  return `${Object.entries(fields)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')}\n`;
}

/** Behind standard input and output, and what a server opens for itself. */
const FIRST_DESCRIPTOR = 7;

function flagsOf(session: RedisSession): string {
  const flags = [session.subscriptions > 0 ? 'P' : '', session.transaction === undefined ? '' : 'x', session.watchBroken ? 'd' : ''].join('');
  return flags === '' ? 'N' : flags;
}
